/** Runs as a table that sorts by any column; their parameters and metrics are columns. */
import type { TableRow } from '@yesterday/server/contract/past.ts'
import type { ReactNode } from 'react'
import { useNotebook } from '../../../access/context.ts'
import { locale } from '../../../text/locale.ts'
import { t } from '../../../text/text.ts'
import { OutcomeMark } from '../../../ui/OutcomeMark.tsx'
import { Time } from '../../../ui/Time.tsx'
import { durationOfRun } from '../../../ui/time.ts'
import { fewNames } from '../receipt/names.ts'
import { CopyRunLink } from './CopyRunLink.tsx'
import { PickBox } from './PickBox.tsx'
import { columnsOf } from './run-plot.ts'
import { pressed, runColumns, type SortBy, type Sorting, sortRuns } from './run-table.ts'
import type { LogState } from './useLog.ts'

interface Props {
  readonly log: LogState
  readonly sorting: Sorting
  readonly onSort: (sorting: Sorting) => void
  readonly picked: readonly string[]
  readonly onPick: (run: string) => void
}

export function RunTable({ log, sorting, onSort, picked, onPick }: Props) {
  const numbers: readonly SortBy[] = columnsOf(log.runs, log)
  const head = (by: SortBy, words: string) => (
    <Head key={`${by.of} ${by.name}`} by={by} sorting={sorting} onSort={onSort}>
      {words}
    </Head>
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className="run-table" tabIndex={0} aria-label={t('log.table')}>
      <table>
        <thead>
          <tr>
            <th>
              <span className="visually-hidden">{t('log.pickHint')}</span>
            </th>
            {head({ of: 'run', name: 'cell' }, t('column.cell'))}
            {head({ of: 'run', name: 'title' }, t('column.title'))}
            {numbers.map((by) => head(by, by.name))}
            {runColumns.slice(2).map((name) => head({ of: 'run', name }, t(`column.${name}`)))}
          </tr>
        </thead>
        <tbody>
          {sortRuns(log.runs, sorting).map((run) => (
            <Row key={run.run} run={run} numbers={numbers} picked={picked} onPick={onPick} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Head(props: {
  readonly by: SortBy
  readonly sorting: Sorting
  readonly onSort: (sorting: Sorting) => void
  readonly children: ReactNode
}) {
  const { by, sorting } = props
  const isBy = sorting.by.of === by.of && sorting.by.name === by.name
  return (
    <th aria-sort={!isBy ? 'none' : sorting.down ? 'descending' : 'ascending'}>
      <button type="button" className="run-sort" onClick={() => props.onSort(pressed(sorting, by))}>
        {props.children} {isBy && (sorting.down ? '↓' : '↑')}
      </button>
    </th>
  )
}

const figures = new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 })

function Row(props: {
  readonly run: TableRow
  readonly numbers: readonly SortBy[]
  readonly picked: readonly string[]
  readonly onPick: (run: string) => void
}) {
  const { run } = props
  const { past } = useNotebook()
  const figure = (by: SortBy): string => {
    const value = by.of === 'run' ? undefined : run[by.of][by.name]
    return value === undefined ? '' : figures.format(value)
  }
  return (
    <tr>
      <td>
        <span className="run-verbs">
          <PickBox run={run} picked={props.picked} onPick={props.onPick} />
          <CopyRunLink run={run} />
        </span>
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
      {props.numbers.map((by) => (
        <td key={`${by.of} ${by.name}`} className="run-number">
          {figure(by)}
        </td>
      ))}
      <td>
        <OutcomeMark outcome={run.outcome} />
      </td>
      <td className="run-number">{durationOfRun(run)}</td>
      <td>
        <Time iso={run.ended} />
      </td>
      <td>{run.actor.name}</td>
      <td className="run-names">{fewNames(run.usedNames)}</td>
      <td className="run-names">{fewNames(run.generatedNames)}</td>
    </tr>
  )
}
