/**
 * "It worked yesterday": the last run of this cell that was right, what differs upstream, ranked, and, when asked for,
 * the proof: the cell run again with one difference taken back at a time.
 */
import './jobs.css'
import type { Cause, SinceReport } from '@yesterday/server/contract/replay.ts'
import { useState } from 'react'
import { useNotebook } from '../notebook/context.ts'
import { t } from '../text/text.ts'
import { JobProgress } from './JobProgress.tsx'
import { useJob } from './jobs.ts'

export function Since({ run }: { readonly run: string }) {
  const { state, start, stop } = useJob()
  const [where, setWhere] = useState('')
  const [last, setLast] = useState<SinceReport | null>(null)
  const report = (state.at === 'over' ? state.job.since : null) ?? last
  const isBusy = state.at === 'starting' || state.at === 'going'
  const begin = (prove: boolean): void => {
    setLast(prove ? report : null)
    const trimmed = where.trim()
    start({ kind: 'since', run, prove, ...(trimmed === '' ? {} : { where: trimmed }) })
  }
  return (
    <article className="again" aria-label={t('since.title')}>
      {report === null && <p className="receipt-lead">{t('since.ask')}</p>}
      {report !== null && <Report report={report} />}
      <JobProgress state={state} onStop={stop} />
      {!isBusy && (
        <form
          className="again-do"
          onSubmit={(event) => {
            event.preventDefault()
            begin(false)
          }}
        >
          <label className="again-where">
            {t('since.where')}
            <input
              className="field"
              placeholder="acc > 0.9"
              value={where}
              onChange={(event) => setWhere(event.target.value)}
            />
          </label>
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

function Report({ report }: { readonly report: SinceReport }) {
  const { past } = useNotebook()
  const { causes, proof, good, bad, words } = report
  const explanation = new Set(proof?.explanation ?? [])
  return (
    <>
      <p className="receipt-lead" role="status">
        {words}
      </p>
      <button
        type="button"
        className="receipt-link"
        onClick={() => past.go({ at: 'compare', left: good, right: bad })}
      >
        {t('since.compare')}
      </button>
      <section>
        <h3>{t('since.causes')}</h3>
        {causes.length === 0 && <p className="past-none">{t('since.noCause')}</p>}
        <ol className="again-steps">
          {causes.map((cause) => (
            <CauseLine key={cause.id} cause={cause} isProved={explanation.has(cause.id)} />
          ))}
        </ol>
      </section>
      {proof !== null && (
        <section>
          <h3>{t('since.trials')}</h3>
          {proof.explanation === null && <p className="past-none">{t('since.unproved')}</p>}
          <ol className="again-steps">
            {proof.trials.map((trial) => (
              <li key={trial.swapped.join(' ')}>
                <strong>{t(trial.explains ? 'since.explains' : 'since.doesNot')}</strong>
                <span>{trial.words}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  )
}

function CauseLine({ cause, isProved }: { readonly cause: Cause; readonly isProved: boolean }) {
  return (
    <li data-proved={isProved}>
      <span className="run-line">
        <strong>{t(`cause.${cause.kind}`)}</strong>
        {isProved && <span className="outcome outcome-ok">{t('since.proved')}</span>}
      </span>
      <span>{cause.words}</span>
      {(cause.was !== null || cause.is !== null) && (
        <small>{t('replay.wasIs', { was: cause.was ?? '—', is: cause.is ?? '—' })}</small>
      )}
      {!cause.provable && cause.whyNot !== null && <small>{cause.whyNot}</small>}
    </li>
  )
}
