/** Restores a kernel's variables to a past run, in place or as a new session; shows the result for each. */
import './jobs.css'
import type {
  ReplayTarget,
  RestoredVariable,
  RestoreReport,
  WantedVariable,
} from '@yesterday/server/contract/replay.ts'
import { isRestored, restoreSentences } from '@yesterday/server/contract/replay-words.ts'
import { useMemo, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { say, t } from '../../../text/text.ts'
import { LoadVariables } from '../LoadVariables.tsx'
import { allowedBy, noEffects, PlannedEffects } from './Allowed.tsx'
import { IsolationNote } from './Isolation.tsx'
import { JobProgress } from './JobProgress.tsx'
import { useJob } from './jobs.ts'

export function Restore({ run }: { readonly run: string }) {
  const { opened } = useNotebook()
  const { state, start, stop } = useJob()
  const [effects, setEffects] = useState(noEffects)
  const targets = useMemo((): ReplayTarget[] => [{ kind: 'state', run }], [run])
  const report = state.at === 'over' ? state.job.restore : null
  const isBusy = state.at === 'starting' || state.at === 'going'
  const begin = (branch: boolean, only?: readonly WantedVariable[]): void =>
    start({
      kind: 'restore',
      run,
      documentId: opened.documentId,
      branch,
      ...allowedBy(effects),
      ...(only === undefined ? {} : { only: [...only] }),
    })
  return (
    <article className="again" aria-label={t('restore.title')}>
      {report === null ? <p className="receipt-lead">{t('restore.ask')}</p> : <Report report={report} />}
      <JobProgress state={state} onStop={stop} />
      {!isBusy && report === null && (
        <div className="again-choices">
          <PlannedEffects targets={targets} effects={effects} onChoose={setEffects} />
          <button type="button" className="button button-primary" onClick={() => begin(false)}>
            {t('restore.here')}
          </button>
          <p className="past-none">{t('restore.hereHint')}</p>
          <button type="button" className="button" onClick={() => begin(true)}>
            {t('restore.branch')}
          </button>
          <p className="past-none">{t('restore.branchHint')}</p>
          <LoadVariables run={run} onLoad={(only) => begin(false, only)} />
        </div>
      )}
    </article>
  )
}

function Report({ report }: { readonly report: RestoreReport }) {
  const { variables, random, recomputed, isolation } = report
  const [done, how] = restoreSentences(report, say)
  return (
    <>
      <p className="receipt-lead" role="status">
        {done}
      </p>
      <p className="past-none">{how}</p>
      <Results title={t('restore.variables')} lines={variables} />
      <Results title={t('restore.random')} lines={random} />
      {recomputed.length > 0 && <IsolationNote isolation={isolation} />}
    </>
  )
}

function Results({ title, lines }: { readonly title: string; readonly lines: readonly RestoredVariable[] }) {
  if (lines.length === 0) return null
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={`${line.name} ${line.as}`}>
            <code>{line.name}</code>{' '}
            {line.as !== undefined && line.as !== line.name && <code>→ {line.as} </code>}
            <span className={isRestored(line) ? 'past-none' : 'receipt-changed'}>
              {t(`restored.${line.result}`)}
            </span>
            {line.why !== null && <small> · {line.why}</small>}
          </li>
        ))}
      </ul>
    </section>
  )
}
