/**
 * Announces the results of runs to those who do not look: a polite live region for screen readers, and for people elsewhere
 * the page's title and, where they asked for it, a notification. Invariant: runs that end together are announced as
 * one, and long work is announced when the last run has ended.
 */
import { useEffect, useRef, useState } from 'react'
import type { Recorded } from '../session/session-socket.ts'
import { showNotification } from '../settings/notifications.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { durationText } from '../ui/time.ts'
import type { Notebook } from './notebook.ts'

const TOGETHER_MS = 400
/** Work that took longer is worth a word outside of the page. */
const LONG_MS = 10_000

export function RunAnnouncer({ notebook }: { readonly notebook: Notebook }) {
  const [said, setSaid] = useState({ text: '', times: 0 })
  const ended = useRef<Recorded[]>([])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let work: readonly Recorded[] = []
    const announce = (): void => {
      const text = sentence(notebook, ended.current)
      setSaid(({ times }) => ({ text, times: times + 1 }))
      ended.current = []
      const { running, queue } = notebook.session.view.get()
      if (running !== null || queue.length > 0) return
      notifyLong(notebook, work)
      work = []
    }
    const stop = notebook.session.recorded.listen((run) => {
      ended.current.push(run)
      work = [...work, run]
      clearTimeout(timer)
      timer = setTimeout(announce, TOGETHER_MS)
    })
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [notebook])
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {/* The same words again are another element, since a text that stays is not read again. */}
      <span key={said.times}>{said.text}</span>
    </div>
  )
}

function sentence(notebook: Notebook, runs: readonly Recorded[]): string {
  const failed = runs.filter(({ outcome }) => outcome !== 'ok')
  const [only] = failed.length > 0 ? failed : runs
  if (only === undefined) return ''
  if (failed.length === 0 && runs.length > 1) return t('cell.saidAll', { n: runs.length })
  const n = notebook.placeOf(only.cell ?? '')
  if (n === null) return t(failed.length > 0 ? 'cell.saidGoneFailed' : 'cell.saidGoneDone')
  return t(failed.length > 0 ? 'cell.saidFailed' : 'cell.saidDone', { n })
}

/** Of the runs of one stretch of work, which is over. */
function notifyLong(notebook: Notebook, runs: readonly Recorded[]): void {
  const begun = Math.min(...runs.map(({ started, ended }) => Date.parse(started ?? ended)))
  const over = Math.max(...runs.map(({ ended }) => Date.parse(ended)))
  if (!(over - begun > LONG_MS)) return
  const sign = runs.every(({ outcome }) => outcome === 'ok') ? '✓' : '✕'
  markTitle(sign)
  const { documentId } = notebook.opened
  const body = `${sentence(notebook, runs)} ${t('cell.saidTook', { time: durationText(over - begun) })}`
  showNotification(`${sign} ${notebook.path.get()}`, body, documentId)
  onReturn(() => notify(sign === '✓' ? 'info' : 'warning', body))
}

/** Calls `act` when a hidden page is looked at again. */
function onReturn(act: () => void): void {
  if (!document.hidden) return
  const look = (): void => {
    if (document.hidden) return
    document.removeEventListener('visibilitychange', look)
    act()
  }
  document.addEventListener('visibilitychange', look)
}

/** A sign before the title until the page is looked at again. */
function markTitle(sign: string): void {
  if (!document.hidden) return
  const bare = document.title.replace(/^[✓✕] /, '')
  document.title = `${sign} ${bare}`
  onReturn(() => {
    document.title = document.title.replace(/^[✓✕] /, '')
  })
}
