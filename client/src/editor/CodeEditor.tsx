/** A cell's source: static text at first, a live editor of the pool when in view. */
import './editor.css'
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type * as Y from 'yjs'
import { useSetting } from '../settings/settings-store.ts'
import { offsetAt } from './caret.ts'
import type { EditorPool } from './editor-pool.ts'
import { StaticCode } from './StaticCode.tsx'

interface Props {
  readonly pool: EditorPool
  readonly cell: string
  readonly text: Y.Text
  readonly language: string
  readonly readOnly: boolean
  readonly onFocus: () => void
  /** Pressed before the editor is there: the cell is to be written in, from this place where it is known. */
  readonly onEnter: (offset: number | undefined) => void
  readonly placeholder?: string
}

export function CodeEditor(props: Props) {
  const { pool, cell, text, language, readOnly, onFocus, onEnter } = props
  const host = useRef<HTMLDivElement>(null)
  const mount = useRef<HTMLDivElement>(null)
  const [live, setLive] = useState(false)
  const source = useSource(text, live)
  const isNumbered = useSetting('lineNumbers')
  // A cell that changes its language keeps its editor, and the caret in it.
  const first = useRef(language)
  useEffect(() => {
    if (host.current === null || mount.current === null) return
    const places = { host: host.current, mount: mount.current }
    return pool.add({ ...places, cell, text, language: first.current, readOnly, onLive: setLive, onFocus })
  }, [pool, cell, text, readOnly, onFocus])
  useEffect(() => {
    first.current = language
    if (host.current !== null) pool.setLanguage(host.current, language)
  }, [pool, language])
  const hidden = language === 'sql' ? source.indexOf('\n') + 1 : 0
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a click before the editor is there; keys go by the cell
    <div
      ref={host}
      className="code-editor"
      onMouseDown={(event) => {
        if (live || event.button !== 0) return
        // Else the browser gives the focus to the cell's frame behind the editor's back, and keys become commands.
        event.preventDefault()
        const offset = offsetAt(event.currentTarget, event.clientX, event.clientY)
        onEnter(offset === undefined ? undefined : offset + hidden)
      }}
    >
      <StaticCode
        text={source.slice(hidden)}
        language={language}
        coloured
        numbered={isNumbered}
        placeholder={props.placeholder ?? ''}
      />
      <div ref={mount} className="code-editor-mount" />
    </div>
  )
}

// While the editor is live the static text is hidden: it need not follow each keystroke.
function useSource(text: Y.Text, live: boolean): string {
  const last = useRef<string | null>(null)
  const subscribe = useCallback(
    (changed: () => void) => {
      last.current = null
      if (live) return () => undefined
      const listener = (): void => {
        last.current = null
        changed()
      }
      text.observe(listener)
      return () => text.unobserve(listener)
    },
    [text, live],
  )
  return useSyncExternalStore(subscribe, () => {
    last.current ??= text.toString()
    return last.current
  })
}
