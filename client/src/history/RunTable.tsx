/** Runs as a table that sorts by any column. */
import type { RunSummary } from '@yesterday/server/contract/run.ts'
import { useState } from 'react'
import { useNotebook } from '../notebook/context.ts'
import { t } from '../text/text.ts'
import { fewNames } from './names.ts'
import { OutcomeMark } from './OutcomeMark.tsx'
import { PickBox } from './PickBox.tsx'
import { type RunColumn, runColumns, type Sorting, sortRuns } from './run-table.ts'
import { Time } from './Time.tsx'
import { durationText } from './time.ts'

export function RunTable(props: {
  readonly runs: readonly RunSummary[]
  readonly picked: readonly string[]
  readonly onPick: (run: string) => void
}) {
  const [sorting, setSorting] = useState<Sorting>({ by: 'ended', down: true })
  const sort = (by: RunColumn): void =>
    setSorting({ by, down: sorting.by === by ? !sorting.down : by === 'ended' })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="run-table" tabIndex={0} aria-label={t('log.table')}>
      <table>
        <thead>
          <tr>
            <th>
              <span className="visually-hidden">{t('log.pickHint')}</span>
            </th>
            {runColumns.map((column) => (
              <th
                key={column}
                aria-sort={sorting.by !== column ? 'none' : sorting.down ? 'descending' : 'ascending'}
              >
                <button type="button" className="run-sort" onClick={() => sort(column)}>
                  {t(`column.${column}`)} {sorting.by === column && (sorting.down ? '↓' : '↑')}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sortRuns(props.runs, sorting).map((run) => (
            <Row key={run.run} run={run} {...props} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Row(props: {
  readonly run: RunSummary
  readonly picked: readonly string[]
  readonly onPick: (run: string) => void
}) {
  const { run } = props
  const { past } = useNotebook()
  return (
    <tr>
      <td>
        <PickBox {...props} />
      </td>
      <td>{run.cell ?? ''}</td>
      <td>
        <button
          type="button"
          className="receipt-link"
          onClick={() => past.go({ at: 'receipt', run: run.run })}
        >
          <code>{run.title === '' ? t('history.noCode') : run.title}</code>
        </button>
      </td>
      <td>
        <OutcomeMark outcome={run.outcome} />
      </td>
      <td className="run-number">{durationText(run.durationMs)}</td>
      <td>
        <Time iso={run.ended} />
      </td>
      <td>{run.actor.name}</td>
      <td>{fewNames(run.usedNames)}</td>
      <td>{fewNames(run.generatedNames)}</td>
    </tr>
  )
}
