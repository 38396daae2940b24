/** A job on its way: how far it is, what runs now, and the way to stop it. */
import type { Job } from '@yesterday/server/contract/replay.ts'
import { t } from '../../../text/text.ts'
import { ProblemBox } from '../../../ui/Problem.tsx'
import type { JobState } from './jobs.ts'
import { VerdictMark } from './VerdictMark.tsx'

/** A placeholder for a report that is not there yet; null if there is one. */
export function JobProgress({
  state,
  onStop,
}: {
  readonly state: JobState
  readonly onStop: (id: string) => void
}) {
  if (state.at === 'none') return null
  if (state.at === 'starting') return <p role="status">{t('job.starting')}</p>
  if (state.at === 'failed') return <ProblemBox title={t('job.failed')} problem={state.problem} />
  const { job } = state
  if (state.at === 'going') return <Going job={job} onStop={onStop} />
  if (job.problem !== null)
    return <ProblemBox title={t('job.failed')} problem={{ ...job.problem, hint: job.problem.hint ?? null }} />
  return job.state === 'stopped' ? <p role="status">{t('job.stopped')}</p> : null
}

function Going({ job, onStop }: { readonly job: Job; readonly onStop: (id: string) => void }) {
  const { done, total, now, verdicts } = job.progress
  return (
    <div className="job">
      <p role="status">
        {t('job.progress', { done, total })}
        {now !== null && `: ${now}`}
      </p>
      <progress max={Math.max(1, total)} value={done} aria-label={t('job.progress', { done, total })} />
      {verdicts.length > 0 && (
        <ul className="job-verdicts">
          {verdicts.map(({ cell, verdict }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: verdicts come in order and stay
            <li key={index}>
              <VerdictMark verdict={verdict} />{' '}
              {cell === null ? '' : t('history.cellNumber', { number: cell })}
            </li>
          ))}
        </ul>
      )}
      <button type="button" className="button button-small" onClick={() => onStop(job.id)}>
        {t('job.stop')}
      </button>
    </div>
  )
}
