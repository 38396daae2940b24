/**
 * Running a result again, in a fresh kernel and in a copy of its files: the plan first, then what comes of each cell,
 * then a verdict for each output. Invariant: nothing runs before the person has seen the plan and said so.
 */
import './jobs.css'
import type { FilePin, ReplayPlan, ReplayReport, StepVerdict } from '@yesterday/server/contract/replay.ts'
import { environmentChange, planSentence, ruleWords } from '@yesterday/server/contract/replay-words.ts'
import { useCallback, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { say, t } from '../../../text/text.ts'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { durationText } from '../../../ui/time.ts'
import { useAsked } from '../useAsked.ts'
import { AllowedEffects, allowedBy, noEffects } from './Allowed.tsx'
import { IsolationNote } from './Isolation.tsx'
import { JobProgress } from './JobProgress.tsx'
import { planReplay, useJob } from './jobs.ts'
import { VerdictMark } from './VerdictMark.tsx'
import { Written } from './Written.tsx'

export function Replay({ run }: { readonly run: string }) {
  const { answer, again } = useAsked(useCallback(() => planReplay({ kind: 'run', run }), [run]))
  const { state, start, stop } = useJob()
  const [env, setEnv] = useState(false)
  const [effects, setEffects] = useState(noEffects)
  if (answer === null) return <p className="history-note">{t('replay.planning')}</p>
  if (!answer.ok)
    return (
      <div className="history-note">
        <ProblemBox title={t('replay.noPlan')} problem={answer.problem} onRetry={again} />
      </div>
    )
  const report = state.at === 'over' ? state.job.replay : null
  const isBusy = state.at === 'starting' || state.at === 'going'
  return (
    <article className="again" aria-label={t('replay.title')}>
      {report === null ? <Plan plan={answer.value} /> : <Report report={report} />}
      <JobProgress state={state} onStop={stop} />
      {!isBusy && (
        <div className="again-do">
          <label>
            <input type="checkbox" checked={env} onChange={(event) => setEnv(event.target.checked)} />
            {t('replay.env')}
          </label>
          <AllowedEffects allowable={answer.value.allowable} effects={effects} onChoose={setEffects} />
          <button
            type="button"
            className="button button-primary"
            onClick={() =>
              start({
                kind: 'replay',
                target: { kind: 'run', run },
                env,
                ...allowedBy(effects),
              })
            }
          >
            {t(report === null ? 'replay.start' : 'replay.again')}
          </button>
        </div>
      )}
    </article>
  )
}

function Plan({ plan }: { readonly plan: ReplayPlan }) {
  const { steps, files, effects, isolation } = plan
  return (
    <>
      <p className="receipt-lead">{planSentence(plan, say)}</p>
      <p className="past-none">{t('replay.safe')}</p>
      <ol className="again-steps">
        {steps.map((step) => (
          <li key={step.run}>
            <span className="run-line">
              <strong>{t(`step.${step.action}`)}</strong>
              <span>{step.expectedMs === null ? '' : durationText(step.expectedMs)}</span>
            </span>
            <Where cell={step.cell} title={step.title} run={step.run} />
            {step.why !== null && <small>{step.why}</small>}
          </li>
        ))}
      </ol>
      {files.length > 0 && <Files files={files} />}
      <IsolationNote isolation={isolation} />
      {effects.length > 0 && (
        <section>
          <h3>{t('replay.effects')}</h3>
          <ul>
            {effects.map((effect) => (
              <li key={effect}>{effect}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Where(props: { readonly cell: number | null; readonly title: string; readonly run: string }) {
  const { past } = useNotebook()
  return (
    <button type="button" className="receipt-link" onClick={() => past.go({ at: 'receipt', run: props.run })}>
      {props.cell === null ? t('history.elsewhere') : t('history.cellNumber', { number: props.cell })}
      {' · '}
      <code>{props.title}</code>
    </button>
  )
}

function Files({ files }: { readonly files: readonly FilePin[] }) {
  return (
    <section>
      <h3>{t('replay.files')}</h3>
      <ul>
        {files.map((file) => (
          <li key={file.name}>
            <code>{file.name}</code> <small>{t(`pin.${file.from}`)}</small>
            {file.why !== null && <small> · {file.why}</small>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Report({ report }: { readonly report: ReplayReport }) {
  return (
    <>
      <p className="receipt-lead" role="status">
        {t(`replay.${report.verdict}`)} {report.cause ?? ''}
      </p>
      {report.problems.map((problem) => (
        <p key={problem} className="receipt-changed">
          {problem}
        </p>
      ))}
      <ol className="again-steps">
        {report.steps.map((step) => (
          <li key={step.run}>
            <span className="run-line">
              <VerdictMark verdict={step.verdict} />
              <span>{durationText(step.durationMs)}</span>
            </span>
            <Where cell={step.cell} title={step.title} run={step.run} />
            {step.why !== null && <small>{step.why}</small>}
            <Outputs step={step} />
          </li>
        ))}
      </ol>
      <Written report={report} />
      <IsolationNote isolation={report.isolation} />
      {report.environment.length > 0 && (
        <section>
          <h3>{t('replay.environment')}</h3>
          <ul>
            {report.environment.map((one) => (
              <li key={`${one.what} ${one.name}`}>
                {one.name} <small>{environmentChange(one, say).change}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Outputs({ step }: { readonly step: StepVerdict }) {
  const { past } = useNotebook()
  const differs = step.verdict === 'different' && step.replayRun !== null
  return (
    <ul>
      {step.outputs.map((output) => (
        <li key={output.index}>
          <VerdictMark verdict={output.verdict} /> <small>{output.mime}</small>
          {output.rules.length > 0 && <small> · {ruleWords(output.rules, say)}</small>}
          {output.why !== null && <small> · {output.why}</small>}
        </li>
      ))}
      {differs && (
        <li>
          <button
            type="button"
            className="receipt-link"
            onClick={() => past.go({ at: 'compare', left: step.run, right: step.replayRun ?? step.run })}
          >
            {t('replay.compare')}
          </button>
        </li>
      )}
    </ul>
  )
}
