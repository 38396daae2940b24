/** A whole-page editor of one text. */
import type { editor } from 'monaco-editor/editor'
import { type RefObject, useEffect, useRef } from 'react'
import { settings } from '../settings/settings-store.ts'

interface Options {
  readonly text: string
  readonly language: string
  /** The name for screen readers. */
  readonly label: string
  readonly readOnly: boolean
  readonly onChange: (text: string) => void
  readonly onSave: (text: string) => void
}

/** Mounts an editor in `host`. `text` returns what it shows now. */
export function useTextEditor(host: RefObject<HTMLElement | null>, options: Options): { text: () => string } {
  const now = useRef(options)
  now.current = options
  const read = useRef<() => string>(() => now.current.text)
  const { language, readOnly } = options
  useEffect(() => {
    let dispose = (): void => undefined
    let isGone = false
    void import('../editor/monaco.ts').then((loaded) => {
      if (isGone || host.current === null) return
      loaded.paint()
      const theme = new MutationObserver(() => loaded.paint())
      theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
      const model = loaded.monaco.editor.createModel(read.current(), language)
      const own: Pick<editor.IEditorOptions, 'lineNumbers' | 'wordWrap'> =
        language === 'markdown' ? { lineNumbers: 'on', wordWrap: 'on' } : { lineNumbers: 'on' }
      const shown = loaded.monaco.editor.create(host.current, {
        ...loaded.editorOptions(),
        model,
        readOnly,
        ariaLabel: now.current.label,
        automaticLayout: true,
        ...own,
        scrollbar: { vertical: 'auto', horizontalScrollbarSize: 8 },
        tabIndex: 0,
      })
      const stop = settings.subscribe(() => {
        shown.updateOptions({ ...loaded.readingOptions(), ...own })
      })
      read.current = () => shown.getValue()
      shown.onDidChangeModelContent(() => now.current.onChange(shown.getValue()))
      const { KeyMod, KeyCode } = loaded.monaco
      shown.addAction({
        id: 'yesterday.save-file',
        label: 'Save',
        keybindings: [KeyMod.CtrlCmd | KeyCode.KeyS],
        run: () => now.current.onSave(shown.getValue()),
      })
      shown.focus()
      dispose = () => {
        const last = shown.getValue()
        read.current = () => last
        theme.disconnect()
        stop()
        shown.dispose()
        model.dispose()
      }
    })
    return () => {
      isGone = true
      dispose()
    }
  }, [host, language, readOnly])
  return { text: () => read.current() }
}
