/**
 * "It worked yesterday": the last run of this cell that was right, what differs upstream, ranked, and, when asked for,
 * the proof: the cell run again with one difference reverted at a time.
 */
import './jobs.css'
import type { SinceReport as Report } from '@yesterday/server/contract/replay.ts'
import { useState } from 'react'
import { t } from '../../../text/text.ts'
import { GoodRuns } from './GoodRuns.tsx'
import { JobProgress } from './JobProgress.tsx'
import { type JobState, useJob } from './jobs.ts'
import { SinceReport } from './SinceReport.tsx'

export function Since({ run }: { readonly run: string }) {
  const { state, start, stop } = useJob()
  const [where, setWhere] = useState('')
  const [last, setLast] = useState<Report | null>(null)
  const [good, setGood] = useState<string | null>(null)
  const report = (state.at === 'over' ? state.job.since : null) ?? last
  const isBusy = state.at === 'starting' || state.at === 'going'
  const begin = (prove: boolean): void => {
    setLast(prove ? report : null)
    const trimmed = where.trim()
    start({
      kind: 'since',
      run,
      prove,
      ...(trimmed === '' || good !== null ? {} : { where: trimmed }),
      ...(good === null ? {} : { good }),
    })
  }
  return (
    <article className="again" aria-label={t('since.title')}>
      {report === null && <p className="receipt-lead">{t('since.ask')}</p>}
      {report !== null && <SinceReport report={report} />}
      {isNoGood(state) ? <NoGood /> : <JobProgress state={state} onStop={stop} />}
      {!isBusy && (
        <form
          className="again-do"
          onSubmit={(event) => {
            event.preventDefault()
            begin(false)
          }}
        >
          <GoodRuns run={run} good={good} onChoose={setGood} />
          {good === null && (
            <label className="again-where">
              {t('since.where')}
              <input
                className="field"
                placeholder="acc > 0.9"
                value={where}
                onChange={(event) => setWhere(event.target.value)}
              />
            </label>
          )}
          <button type="submit" className={report === null ? 'button button-primary' : 'button'}>
            {t('since.find')}
          </button>
          {report !== null && report.proof === null && report.causes.some(({ provable }) => provable) && (
            <button type="button" className="button button-primary" onClick={() => begin(true)}>
              {t('since.prove')}
            </button>
          )}
        </form>
      )}
    </article>
  )
}

/** Whether the job found no earlier run that was right. */
const isNoGood = (state: JobState): boolean =>
  (state.at === 'over' && state.job.problem?.code === 'no-good-run') ||
  (state.at === 'failed' && state.problem.code === 'no-good-run')

function NoGood() {
  return (
    <div className="history-note" role="status">
      <strong>{t('since.noGood')}</strong>
      <p>{t('since.noGoodHint')}</p>
    </div>
  )
}
