/** The runs of the notebook, newest first: found by words, outcome, cell and time; two of them can be compared. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { useEffect, useMemo, useState } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { isFiltered, type LogFilter } from '../../../access/log-filter.ts'
import type { LogForm } from '../../../access/place.ts'
import { useWatched } from '../../../state/use-watched.ts'
import { t } from '../../../text/text.ts'
import { OutcomeMark } from '../../../ui/OutcomeMark.tsx'
import { ProblemBox } from '../../../ui/Problem.tsx'
import { Ran } from '../../../ui/Time.tsx'
import { fewNames } from '../receipt/names.ts'
import { useSettled } from '../useSettled.ts'
import { CopiedFrom } from './CopiedFrom.tsx'
import { CopyRunLink } from './CopyRunLink.tsx'
import { LogFilters, sinceOf } from './LogFilters.tsx'
import { PickBox } from './PickBox.tsx'
import { RunPlot } from './RunPlot.tsx'
import { RunTable } from './RunTable.tsx'
import { newestFirst } from './run-table.ts'
import { useLog } from './useLog.ts'

/** Typing rests before the log is asked. */
const TYPING_MS = 250

export function Log() {
  const { opened, selectedCell, onRecorded, past } = useNotebook()
  const choice = useWatched(past.log, (log) => log)
  const { filter, span, form } = choice
  const cell = filter.cell === null ? null : selectedCell
  const words = useSettled(filter.words, TYPING_MS)
  const { outcome } = filter
  const since = useMemo(() => sinceOf(span), [span])
  const asked = useMemo<LogFilter>(() => ({ words, outcome, since, cell }), [words, outcome, since, cell])
  const log = useLog(opened.documentId, asked)
  const { refresh } = log
  const session = log.state.runs[0]?.session
  useEffect(() => onRecorded(refresh), [onRecorded, refresh])
  return (
    <>
      <LogFilters
        choice={choice}
        selectedCell={selectedCell}
        onChange={(changed) => past.log.set(changed)}
        onActivity={() => past.go({ at: 'activity' })}
        onCheckpoints={() => past.go({ at: 'checkpoints' })}
        onTimeline={session === undefined ? null : () => past.go({ at: 'timeline', session })}
      />
      <Runs log={log} filter={asked} form={form} />
    </>
  )
}

interface RunsProps {
  readonly log: ReturnType<typeof useLog>
  readonly filter: LogFilter
  readonly form: LogForm
}

function Runs({ log, filter, form }: RunsProps) {
  const { past } = useNotebook()
  const [picked, setPicked] = useState<readonly string[]>([])
  const [sorting, setSorting] = useState(newestFirst)
  const { state, refresh, older } = log
  const pick = (run: string): void =>
    setPicked(picked.includes(run) ? picked.filter((one) => one !== run) : [...picked, run].slice(-2))
  if (state.problem !== null) {
    return (
      <div className="history-note">
        <ProblemBox title={t('history.failed')} problem={state.problem} onRetry={refresh} />
      </div>
    )
  }
  if (state.at === 'loading') return <p className="history-note">{t('app.loading')}</p>
  if (state.runs.length === 0 && state.next === null)
    return (
      <>
        <Nothing filter={filter} />
        <CopiedFrom />
      </>
    )
  const { runs } = state
  return (
    <>
      <Picked picked={picked} runs={runs} />
      {runs.length === 0 && <p className="history-note">{t('log.noneYet')}</p>}
      {form === 'plot' && <RunPlot log={state} />}
      {form === 'table' && (
        <RunTable log={state} sorting={sorting} onSort={setSorting} picked={picked} onPick={pick} />
      )}
      {form === 'list' && (
        <ul className="runs">
          {runs.map((run) => (
            <li key={run.run} className="run-row">
              <RunLine run={run} onOpen={() => past.go({ at: 'receipt', run: run.run })} />
              <CopyRunLink run={run} />
              <PickBox run={run} picked={picked} onPick={pick} />
            </li>
          ))}
        </ul>
      )}
      <div className="history-note">
        {state.next === null ? (
          <>
            <p>{t('history.end')}</p>
            <CopiedFrom />
          </>
        ) : (
          <button type="button" className="button" onClick={older}>
            {t('history.older')}
          </button>
        )}
      </div>
    </>
  )
}

function Nothing({ filter }: { readonly filter: LogFilter }) {
  if (isFiltered(filter)) return <p className="history-note">{t('log.noMatch')}</p>
  const onlyCell = filter.cell !== null
  return (
    <div className="history-note">
      <strong>{t(onlyCell ? 'history.emptyCell' : 'history.empty')}</strong>
      <p>{t(onlyCell ? 'history.emptyCellHint' : 'history.emptyHint')}</p>
    </div>
  )
}

function Picked({
  picked,
  runs,
}: {
  readonly picked: readonly string[]
  readonly runs: readonly RunSummary[]
}) {
  const { past } = useNotebook()
  if (picked.length === 0) return null
  // The log is newest first; the older of the two is the left side.
  const [right, left] = runs.filter(({ run }) => picked.includes(run))
  return (
    <div className="log-picked">
      {left === undefined || right === undefined ? (
        <span>{t('log.pickOther')}</span>
      ) : (
        <button
          type="button"
          className="button button-primary button-small"
          onClick={() => past.go({ at: 'compare', left: left.run, right: right.run })}
        >
          {t('log.compare')}
        </button>
      )}
    </div>
  )
}

function RunLine({ run, onOpen }: { readonly run: RunSummary; readonly onOpen: () => void }) {
  const where = run.cell === null ? t('history.elsewhere') : t('history.cellNumber', { number: run.cell })
  const names =
    run.generatedNames.length > 0 ? t('history.makes', { names: fewNames(run.generatedNames) }) : ''
  return (
    <button type="button" className="run" onClick={onOpen}>
      <span className="run-line">
        <OutcomeMark outcome={run.outcome} />
        <span>
          <Ran run={run} />
        </span>
      </span>
      <span className="run-title">{run.title === '' ? t('history.noCode') : run.title}</span>
      <span className="run-line">
        <span>
          {where} · {run.actor.name}
        </span>
        <span className="run-names">{names}</span>
      </span>
    </button>
  )
}
