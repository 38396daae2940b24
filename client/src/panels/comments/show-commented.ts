/** Marks the stretches of a live editor that open threads are about. */
import { placeOf } from '@yesterday/server/contract/anchors.ts'
import type { editor } from 'monaco-editor/editor'
import type * as Y from 'yjs'
import type { CommentStore } from '../../session/comment-store.ts'

/** Shows them in `instance`, whose model holds `text`; returns the way to stop. */
export function showCommented(
  comments: Pick<CommentStore, 'threads'>,
  instance: editor.IStandaloneCodeEditor,
  cell: string,
  text: Y.Text,
): () => void {
  const shown = instance.createDecorationsCollection()
  const draw = (): void => {
    const [model, doc] = [instance.getModel(), text.doc]
    const open = [...comments.threads.get().values()].filter(({ resolved }) => resolved === null)
    const anchors = open.flatMap(({ anchor }) => (anchor.on === 'source' ? [anchor] : []))
    if (model === null || doc === null || (anchors.length === 0 && shown.length === 0)) return
    const places = anchors.flatMap((anchor) => placeOf(doc, anchor) ?? []).filter((one) => one.cell === cell)
    shown.set(
      places.map(({ start, end }) => {
        const [from, to] = [model.getPositionAt(start), model.getPositionAt(end)]
        const range = {
          startLineNumber: from.lineNumber,
          startColumn: from.column,
          endLineNumber: to.lineNumber,
          endColumn: to.column,
        }
        return { range, options: { inlineClassName: 'commented' } }
      }),
    )
  }
  draw()
  const stop = comments.threads.subscribe(draw)
  return () => {
    stop()
    shown.clear()
  }
}
