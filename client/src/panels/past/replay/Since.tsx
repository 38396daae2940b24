/**
 * "It worked yesterday": the last run of this cell that was right, what differs upstream, ranked, and, when asked for,
 * the proof: the cell run again with one difference reverted at a time.
 */
import './jobs.css'
import type { ReplayTarget, SinceReport as Report } from '@yesterday/server/contract/replay.ts'
import { type ComponentProps, useMemo, useState } from 'react'
import { t } from '../../../text/text.ts'
import { allowedBy, noEffects, PlannedEffects } from './Allowed.tsx'
import { GoodRuns } from './GoodRuns.tsx'
import { JobProgress } from './JobProgress.tsx'
import { type JobState, useJob } from './jobs.ts'
import { SinceReport } from './SinceReport.tsx'

export function Since({ run }: { readonly run: string }) {
  const { state, start, stop } = useJob()
  const [where, setWhere] = useState('')
  const [last, setLast] = useState<Report | null>(null)
  const [good, setGood] = useState<string | null>(null)
  const [effects, setEffects] = useState(noEffects)
  const report = (state.at === 'over' ? state.job.since : null) ?? last
  const isBusy = state.at === 'starting' || state.at === 'going'
  const begin = (prove: boolean): void => {
    setLast(prove ? report : null)
    if (!prove) setEffects(noEffects)
    const trimmed = where.trim()
    start({
      kind: 'since',
      run,
      prove,
      ...(prove ? allowedBy(effects) : {}),
      ...(trimmed === '' || good !== null ? {} : { where: trimmed }),
      ...(good === null ? {} : { good }),
    })
  }
  const canProve = report !== null && report.proof === null && report.causes.some(({ provable }) => provable)
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
          {canProve && (
            <>
              <ProofEffects report={report} effects={effects} onChoose={setEffects} />
              <button type="button" className="button button-primary" onClick={() => begin(true)}>
                {t('since.prove')}
              </button>
            </>
          )}
        </form>
      )}
    </article>
  )
}

/** A proof runs what either run needs. */
function ProofEffects({
  report: { bad, good },
  ...rest
}: Omit<ComponentProps<typeof PlannedEffects>, 'targets'> & { readonly report: Report }) {
  const targets = useMemo((): ReplayTarget[] => [bad, good].map((run) => ({ kind: 'run', run })), [bad, good])
  return <PlannedEffects targets={targets} {...rest} />
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
