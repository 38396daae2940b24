/** The notebook's past: its runs, newest first, and the receipt of one. New runs come in as they are recorded. */
import './history.css'
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { useEffect, useState } from 'react'
import { ProblemBox } from '../app/Problem.tsx'
import { useNotebook } from '../notebook/context.ts'
import { t } from '../text/text.ts'
import { fewNames } from './names.ts'
import { OutcomeMark } from './OutcomeMark.tsx'
import { Receipt } from './Receipt.tsx'
import { Time } from './Time.tsx'
import { durationText } from './time.ts'
import { useLog } from './useLog.ts'

/** The panel beside the notebook. */
export function HistoryPanel() {
  const { opened, selectedCell, onRecorded, commands } = useNotebook()
  const [onlyCell, setOnlyCell] = useState(false)
  const [shown, setShown] = useState<string | null>(null)
  const log = useLog(opened.path, onlyCell ? selectedCell : null)
  const { refresh } = log
  useEffect(() => onRecorded(refresh), [onRecorded, refresh])

  return (
    <section className="history" aria-label={t('history.title')}>
      <header className="history-head">
        <h2>{t(shown === null ? 'history.title' : 'receipt.title')}</h2>
        {shown === null ? (
          <Filter onlyCell={onlyCell} onChange={setOnlyCell} />
        ) : (
          <button type="button" className="button button-small" onClick={() => setShown(null)}>
            {t('history.back')}
          </button>
        )}
      </header>
      <div className="history-body">
        {shown === null ? (
          <Runs log={log} onlyCell={onlyCell} onRun={setShown} onCell={commands.reveal} />
        ) : (
          <Receipt run={shown} onRun={setShown} />
        )}
      </div>
    </section>
  )
}

function Filter(props: { readonly onlyCell: boolean; readonly onChange: (onlyCell: boolean) => void }) {
  return (
    <select
      className="field"
      style={{ width: 'auto' }}
      aria-label={t('history.filter')}
      value={props.onlyCell ? 'cell' : 'all'}
      onChange={(event) => props.onChange(event.target.value === 'cell')}
    >
      <option value="all">{t('history.all')}</option>
      <option value="cell">{t('history.cell')}</option>
    </select>
  )
}

function Runs(props: {
  readonly log: ReturnType<typeof useLog>
  readonly onlyCell: boolean
  readonly onRun: (run: string) => void
  readonly onCell: (cell: string) => void
}) {
  const { state, refresh, older } = props.log
  if (state.problem !== null) {
    return (
      <div className="history-note">
        <ProblemBox title={t('history.failed')} problem={state.problem} onRetry={refresh} />
      </div>
    )
  }
  if (state.at === 'loading') return <p className="history-note">{t('app.loading')}</p>
  if (state.runs.length === 0) {
    return (
      <div className="history-note">
        <strong>{t(props.onlyCell ? 'history.emptyCell' : 'history.empty')}</strong>
        <p>{t(props.onlyCell ? 'history.emptyCellHint' : 'history.emptyHint')}</p>
      </div>
    )
  }
  return (
    <>
      <ul className="runs">
        {state.runs.map((run) => (
          <li key={run.run}>
            <RunLine
              run={run}
              onClick={() => {
                if (run.cellId !== null) props.onCell(run.cellId)
                props.onRun(run.run)
              }}
            />
          </li>
        ))}
      </ul>
      <div className="history-note">
        {state.next === null ? (
          <p>{t('history.end')}</p>
        ) : (
          <button type="button" className="button" onClick={older}>
            {t('history.older')}
          </button>
        )}
      </div>
    </>
  )
}

function RunLine({ run, onClick }: { readonly run: RunSummary; readonly onClick: () => void }) {
  const where = run.cell === null ? t('history.elsewhere') : t('history.cellNumber', { number: run.cell })
  return (
    <button type="button" className="run" onClick={onClick}>
      <span className="run-line">
        <OutcomeMark outcome={run.outcome} />
        <span>
          <Time iso={run.ended} /> · {durationText(run.durationMs)}
        </span>
      </span>
      <span className="run-title">{run.title === '' ? t('history.noCode') : run.title}</span>
      <span className="run-line">
        <span>
          {where} · {run.actor.name}
        </span>
      </span>
      {run.usedNames.length > 0 && (
        <span className="run-line">{t('history.uses', { names: fewNames(run.usedNames) })}</span>
      )}
      {run.generatedNames.length > 0 && (
        <span className="run-line">{t('history.makes', { names: fewNames(run.generatedNames) })}</span>
      )}
    </button>
  )
}
