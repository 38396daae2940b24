/** The bars of a kernel in a job of a cluster: what it waits for, and how long it may still run. */
import { useEffect, useReducer } from 'react'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { durationText } from '../ui/time.ts'
import { mayRun } from './command.ts'
import { type Allocation, type WaitingFor, waitingText } from './job-text.ts'
import type { Notebook } from './notebook.ts'

const MINUTE = 60_000
/** Before the time limit: when it is said, and when it is urgent. */
const SAID_MS = 10 * MINUTE
const URGENT_MS = 2 * MINUTE

export function Waiting(props: { readonly notebook: Notebook; readonly waiting: WaitingFor | undefined }) {
  const { notebook, waiting } = props
  if (waiting === undefined) return null
  return (
    <div className="notebook-banner" role="status">
      <span>{waitingText(waiting, Date.now(), locale)}</span>
      {mayRun(notebook) && (
        <button type="button" className="button" onClick={() => notebook.command({ type: 'shutdown' })}>
          {t('slurm.cancel')}
        </button>
      )}
    </div>
  )
}

export function JobLeft({ allocation }: { readonly allocation: Allocation | undefined }) {
  const endsAt = allocation?.endsAt ?? null
  const left = useLeft(endsAt === null ? null : Date.parse(endsAt))
  if (allocation === undefined || left === null || left > SAID_MS) return null
  const isUrgent = left <= URGENT_MS
  const at = { job: allocation.job, node: allocation.node ?? '?' }
  // A change of the element makes a screen reader say both warnings, and not each minute.
  return (
    <div key={isUrgent ? 'urgent' : 'soon'} className="notebook-banner" role={isUrgent ? 'alert' : 'status'}>
      <span>{left <= 0 ? t('slurm.over', at) : t('slurm.left', { ...at, left: leftText(left) })}</span>
    </div>
  )
}

/** Whole minutes; below two, steps of ten seconds. */
function leftText(left: number): string {
  if (left > URGENT_MS) return t('slurm.minutes', { n: Math.ceil(left / MINUTE) })
  return durationText(Math.ceil(left / 10_000) * 10_000)
}

/** Milliseconds until then, looked at when what is shown of it changes. */
function useLeft(end: number | null): number | null {
  const [, look] = useReducer((looks: number) => looks + 1, 0)
  const left = end === null ? null : end - Date.now()
  useEffect(() => {
    if (left === null || left <= 0) return
    const wait = left > SAID_MS ? left - SAID_MS : left % (left > URGENT_MS ? MINUTE : 10_000)
    // Timers of browsers hold 24 days at most.
    const timer = setTimeout(look, Math.min(wait + 50, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  }, [left])
  return left
}
