/** A sweep as it goes: how far it is, and its trials with their numbers. */
import { withValues } from '@yesterday/server/contract/sweep-grid.ts'
import type { Sweep, SweepTrial } from '@yesterday/server/contract/sweeps.ts'
import { useState } from 'react'
import { useNotebook } from '../../access/context.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { ProblemBox } from '../../ui/Problem.tsx'
import { durationText } from '../../ui/time.ts'
import { sortTrials, type TrialSort } from './sort-trials.ts'
import { stopSweep, useSweep } from './sweep-store.ts'
import { sweptCells } from './swept-cells.ts'

export function SweepView({ id }: { readonly id: string }) {
  const { opened } = useNotebook()
  const { value: sweep, problem } = useSweep(opened.documentId, id)
  if (sweep === null)
    return problem === null ? (
      <p className="sweeps-note" role="status">
        {t('app.loading')}
      </p>
    ) : (
      <ProblemBox problem={problem} />
    )
  return (
    <>
      {problem !== null && <ProblemBox problem={problem} />}
      <Progress sweep={sweep} onStop={opened.mayRun ? () => void stop(opened.documentId, id) : null} />
      <Trials sweep={sweep} />
    </>
  )
}

async function stop(document: string, id: string): Promise<void> {
  const answer = await stopSweep(document, id)
  if (!answer.ok) notify('error', answer.problem.message, answer.problem.hint)
}

function Progress({ sweep, onStop }: { readonly sweep: Sweep; readonly onStop: (() => void) | null }) {
  const { trials, state, request, problem } = sweep
  const ended = trials.filter((one) => one.state !== 'waiting' && one.state !== 'running').length
  const killed = trials.filter((one) => one.state === 'killed').map(({ number }) => number)
  return (
    <div className="sweep-progress">
      <p role="status">
        {state === 'running' || state === 'done'
          ? t('sweeps.ended', { ended, count: trials.length })
          : t(`sweeps.state.${state}`)}
      </p>
      {state === 'running' && (
        <progress aria-label={t('sweeps.title')} value={ended} max={Math.max(1, trials.length)} />
      )}
      {state === 'running' && onStop !== null && (
        <button type="button" className="button button-small" onClick={onStop}>
          {t('sweeps.stop')}
        </button>
      )}
      {killed.length > 0 && (
        <p className="sweeps-note">
          {t('sweeps.killed', { trials: killed.join(', '), count: killed.length })}
        </p>
      )}
      {problem !== null && <p className="sweeps-note">{problem}</p>}
      <p className="sweeps-note">
        {request.parameters.map(({ name, values }) => `${name}=${values}`).join(' · ')}
        {request.seed !== null && ` · ${t('sweeps.seedOf', { seed: request.seed })}`}
        {request.stopWhen !== '' && ` · ${t('sweeps.stopsWhen', { when: request.stopWhen })}`}
      </p>
    </div>
  )
}

function Trials({ sweep: { trials, request } }: { readonly sweep: Sweep }) {
  const [sort, setSort] = useState<TrialSort>({ by: 'number', isDown: false })
  const parameters = request.parameters.map(({ name }) => name)
  const metrics = [...new Set(trials.flatMap((one) => Object.keys(one.metrics)))].sort(byName)
  const head = (by: TrialSort['by'], label: string) => (
    <th
      key={typeof by === 'string' ? by : `metric ${by.metric}`}
      scope="col"
      aria-sort={isSame(sort.by, by) ? (sort.isDown ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        onClick={() => setSort({ by, isDown: isSame(sort.by, by) ? !sort.isDown : typeof by !== 'string' })}
      >
        {label}
      </button>
    </th>
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
    <section className="sweep-trials" aria-label={t('sweeps.table')} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head('number', t('sweeps.trial'))}
            <th scope="col">{t('sweeps.actions')}</th>
            <th scope="col">{t('sweeps.outcome')}</th>
            {parameters.map((name) => (
              <th key={`parameter ${name}`} scope="col">
                {name}
              </th>
            ))}
            {metrics.map((metric) => head({ metric }, metric))}
            {head('time', t('sweeps.time'))}
          </tr>
        </thead>
        <tbody>
          {sortTrials(trials, sort).map((trial) => (
            <TrialRow key={trial.number} trial={trial} parameters={parameters} metrics={metrics} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Variables first: what a cell showed has no name of its own. */
const byName = (one: string, other: string): number =>
  Number(one.startsWith('Out[')) - Number(other.startsWith('Out[')) || one.localeCompare(other)

const isSame = (one: TrialSort['by'], other: TrialSort['by']): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

const number = (value: number | undefined): string =>
  value === undefined ? '–' : String(Number(value.toPrecision(6)))

function TrialRow(props: {
  readonly trial: SweepTrial
  readonly parameters: readonly string[]
  readonly metrics: readonly string[]
}) {
  const { trial, parameters, metrics } = props
  return (
    <tr data-state={trial.state}>
      <th scope="row">{trial.number}</th>
      <td>
        <TrialActions trial={trial} />
      </td>
      <td>
        {t(`sweeps.trial.${trial.state}`)}
        {trial.error !== null && <small title={trial.error}>{trial.error}</small>}
      </td>
      {parameters.map((name) => (
        <td key={`parameter ${name}`}>{trial.values[name] ?? '–'}</td>
      ))}
      {metrics.map((name) => (
        <td key={name}>{number(trial.metrics[name])}</td>
      ))}
      <td>{trial.durationMs === null ? '' : durationText(trial.durationMs)}</td>
    </tr>
  )
}

function TrialActions({ trial }: { readonly trial: SweepTrial }) {
  const { past, opened, doc, commands } = useNotebook()
  const { number: n, run, session } = trial
  const use = (): void => {
    const edited = withValues(sweptCells(doc), trial.values)
    if (!edited.ok) {
      notify('warning', t('sweeps.notUsed'), t('sweeps.notUsedHint'))
      return
    }
    commands.changeSources(edited.value)
    const [first] = edited.value
    if (first !== undefined) commands.reveal(first.id)
    notify('info', t('sweeps.used', { n }))
  }
  return (
    <span className="sweep-actions">
      {run !== null && (
        <button
          type="button"
          className="past-link"
          aria-label={t('sweeps.receiptOf', { n })}
          onClick={() => past.go({ at: 'receipt', run })}
        >
          {t('sweeps.receipt')}
        </button>
      )}
      {session !== null && run !== null && (
        <button
          type="button"
          className="past-link"
          aria-label={t('sweeps.notebookOf', { n })}
          onClick={() => past.go({ at: 'timeline', session })}
        >
          {t('sweeps.notebook')}
        </button>
      )}
      {opened.writable && (
        <button type="button" className="past-link" aria-label={t('sweeps.useOf', { n })} onClick={use}>
          {t('sweeps.use')}
        </button>
      )}
    </span>
  )
}
