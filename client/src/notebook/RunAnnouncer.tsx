/**
 * Says what became of runs to those who do not look: a polite live region for screen readers, and the page's title
 * for people in another tab. Invariant: many runs that end together are told as one.
 */
import { useEffect, useRef, useState } from 'react'
import type { Recorded } from '../session/session-socket.ts'
import { t } from '../text/text.ts'
import type { Notebook } from './notebook.ts'

const TOGETHER_MS = 400
/** A run that took longer is worth a word in the title. */
const LONG_MS = 10_000

export function RunAnnouncer({ notebook }: { readonly notebook: Notebook }) {
  const [text, setText] = useState('')
  const ended = useRef<Recorded[]>([])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = (): void => {
      setText(sentence(notebook, ended.current))
      ended.current = []
    }
    const stop = notebook.session.recorded.listen((run) => {
      ended.current.push(run)
      clearTimeout(timer)
      timer = setTimeout(tell, TOGETHER_MS)
      if (run.durationMs > LONG_MS) markTitle(run.outcome === 'ok' ? '✓' : '✕')
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [notebook])
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  )
}

function sentence(notebook: Notebook, runs: readonly Recorded[]): string {
  const failed = runs.filter(({ outcome }) => outcome !== 'ok')
  const [only] = failed.length > 0 ? failed : runs
  if (only === undefined) return ''
  if (failed.length === 0 && runs.length > 1) return t('cell.saidAll', { n: runs.length })
  const n = notebook.order.get().indexOf(only.cell ?? '') + 1
  return t(failed.length > 0 ? 'cell.saidFailed' : 'cell.saidDone', { n })
}

/** A sign before the title until the page is looked at again. */
function markTitle(sign: string): void {
  if (!document.hidden) return
  const bare = document.title.replace(/^[✓✕] /, '')
  document.title = `${sign} ${bare}`
  const unmark = (): void => {
    if (document.hidden) return
    document.title = document.title.replace(/^[✓✕] /, '')
    document.removeEventListener('visibilitychange', unmark)
  }
  document.addEventListener('visibilitychange', unmark)
}
