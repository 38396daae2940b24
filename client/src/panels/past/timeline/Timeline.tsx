/**
 * A session as it went: a lane for each cell, a mark for each run. Scrubbing moves marks, cells and variables together
 * to how they were then; nothing here changes the notebook. Invariant: a step of the scrubber draws the marks alone;
 * the rest follows when the hand rests.
 */
import './timeline.css'
import { useMemo, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { t } from '../../../text/text.ts'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { useSettled } from '../useSettled.ts'
import { Then } from './Then.tsx'
import { TimelineLanes } from './TimelineLanes.tsx'
import { type Timeline as Lanes, timelineOf } from './timeline.ts'
import { useSession } from './useSession.ts'

export function Timeline({ session }: { readonly session: string }) {
  const { opened } = useNotebook()
  const state = useSession(opened.documentId, session)
  const timeline = useMemo(() => {
    if (state.at !== 'here') return null
    performance.mark('yesterday:timeline-data')
    return timelineOf(state.runs)
  }, [state])
  if (state.at === 'failed') {
    return (
      <div className="history-note">
        <ProblemBox title={t('timeline.failed')} problem={state.problem} />
      </div>
    )
  }
  if (timeline === null)
    return (
      <p className="history-note" role="status">
        {t('timeline.loading', { count: state.at === 'loading' ? state.count : 0 })}
      </p>
    )
  if (timeline.runs.length === 0) return <p className="history-note">{t('history.empty')}</p>
  return <Scrubbed timeline={timeline} />
}

const RESTS_MS = 120

function Scrubbed({ timeline }: { readonly timeline: Lanes }) {
  const last = timeline.runs.length - 1
  const [at, setAt] = useState(last)
  const rested = useSettled(at, RESTS_MS)
  const go = (index: number): void => setAt(Math.max(0, Math.min(last, index)))
  const run = timeline.runs[at]
  return (
    <div className="timeline">
      <TimelineLanes timeline={timeline} at={at} onAt={go} />
      <div className="timeline-scrub">
        <button type="button" className="button button-small" onClick={() => go(at - 1)} disabled={at === 0}>
          {t('timeline.previous')}
        </button>
        <input
          type="range"
          min="0"
          max={last}
          value={at}
          aria-label={t('timeline.scrub')}
          aria-valuetext={t('timeline.at', { order: at + 1, total: last + 1, title: run?.title ?? '' })}
          onChange={(event) => go(Number(event.target.value))}
        />
        <button
          type="button"
          className="button button-small"
          onClick={() => go(at + 1)}
          disabled={at === last}
        >
          {t('timeline.next')}
        </button>
      </div>
      <p className="timeline-at">
        {t('timeline.at', { order: at + 1, total: last + 1, title: run?.title ?? '' })}
      </p>
      <Then timeline={timeline} at={Math.min(rested, last)} />
    </div>
  )
}
