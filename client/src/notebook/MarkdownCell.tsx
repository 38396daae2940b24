/** A text cell: its source while it is edited, else the rendered text. Text that cannot be rendered shows as source. */
import { cellSource, type YCell } from '@yesterday/server/contract/document.ts'
import { useMemo, useRef, useSyncExternalStore } from 'react'
import * as Y from 'yjs'
import { type Attachments, readAttachments } from '../markdown/attachments.ts'
import { markdownNow } from '../markdown/load-markdown.ts'
import { t } from '../text/text.ts'
import { Boundary } from '../ui/Boundary.tsx'
import type { Notebook } from './notebook.ts'
import { Source } from './Source.tsx'
import { useText } from './use-cell.ts'

export function MarkdownCell(props: {
  readonly notebook: Notebook
  readonly cell: YCell
  readonly id: string
  readonly editing: boolean
}) {
  const { notebook, cell, id, editing } = props
  const source = useText(cellSource(cell))
  const attachments = useAttachments(cell)
  const content = useMemo(() => ({ source, attachments }), [source, attachments])
  if (editing) return <Source notebook={notebook} cell={cell} id={id} language="markdown" />
  if (source.trim() === '') return <p className="cell-empty">{t('cell.empty')}</p>
  const Markdown = markdownNow()
  if (Markdown === null) return <pre className="cell-plain">{source}</pre>
  return (
    <Boundary
      healOn={content}
      fallback={({ reason }) => (
        <div className="cell-unrendered">
          <p className="output-note">{t('cell.unrendered', { reason })}</p>
          <pre className="cell-plain">{source}</pre>
        </div>
      )}
    >
      <Markdown source={source} attachments={attachments} />
    </Boundary>
  )
}

/** The cell's attachments: the same object until one of them changes. */
function useAttachments(cell: YCell): Attachments {
  const last = useRef<{ readonly value: unknown; readonly read: Attachments } | null>(null)
  const subscribe = useMemo(
    () => (listener: () => void) => {
      const changed = (events: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
        if (!events.some((event) => event.path[0] === 'attachments' || event.path.length === 0)) return
        last.current = null
        listener()
      }
      cell.observeDeep(changed)
      return () => cell.unobserveDeep(changed)
    },
    [cell],
  )
  return useSyncExternalStore(subscribe, () => {
    const value = cell.get('attachments')
    if (last.current?.value !== value || last.current === null)
      last.current = { value, read: readAttachments(value instanceof Y.Map ? value.toJSON() : value) }
    return last.current.read
  })
}
