/** Two texts side by side, or below each other where there is no room; Monaco comes when one is to be seen. */
import { useEffect, useRef } from 'react'
import { t } from '../../../text/text.ts'

interface Props {
  readonly left: string
  readonly right: string
  readonly language: 'python' | 'plaintext'
  readonly label: string
}

const LINE = 21
const MOST_LINES = 24

export function TextDiff({ left, right, language, label }: Props) {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    let end = (): void => undefined
    let isGone = false
    void import('../../../editor/monaco-diff.ts').then(({ monaco, editorOptions, paint }) => {
      if (isGone || host.current === null) return
      paint()
      const { model: _, ...options } = editorOptions()
      const models = {
        original: monaco.editor.createModel(left, language),
        modified: monaco.editor.createModel(right, language),
      }
      const diff = monaco.editor.createDiffEditor(host.current, {
        ...options,
        readOnly: true,
        originalEditable: false,
        automaticLayout: true,
        renderSideBySide: true,
        useInlineViewWhenSpaceIsLimited: true,
        renderSideBySideInlineBreakpoint: 640,
        renderOverviewRuler: false,
        hideUnchangedRegions: { enabled: true },
        scrollbar: { alwaysConsumeMouseWheel: false },
      })
      // The names that the whole view is given do not reach the two editors in it.
      diff.getOriginalEditor().updateOptions({ ariaLabel: `${label}: ${t('compare.before')}` })
      diff.getModifiedEditor().updateOptions({ ariaLabel: `${label}: ${t('compare.after')}` })
      diff.setModel(models)
      end = () => {
        diff.dispose()
        models.original.dispose()
        models.modified.dispose()
      }
    })
    return () => {
      isGone = true
      end()
    }
  }, [left, right, language, label])
  const lines = Math.max(left.split('\n').length, right.split('\n').length) + 2
  return <div ref={host} className="text-diff" style={{ height: LINE * Math.min(MOST_LINES, lines) + 16 }} />
}
