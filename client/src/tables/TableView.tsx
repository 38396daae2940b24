/**
 * A table of any size: filters, statistics of a column, and a grid that fetches what comes into sight. Invariant: an answer
 * to an older choice is never shown; while a new one is computed the old rows stay in sight.
 */
import 'hightable/src/HighTable.css'
import './tables.css'
import type { ColumnSummary, TableFilter } from '@yesterday/server/contract/variables.ts'
import HighTable, { type OrderBy } from 'hightable'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { locale } from '../text/locale.ts'
import { t } from '../text/text.ts'
import { ColumnHead } from './ColumnHead.tsx'
import { Filters } from './Filters.tsx'
import { firstPage, GridData, LABELS, type Window } from './grid-data.ts'
import { Summary } from './Summary.tsx'
import { shortFloat } from './short-float.ts'
import type { TableSource } from './source.ts'

/** Columns whose statistics are asked for as soon as they are shown. */
const SUMMARIZED = 16
const WIDTH = 100
/** Cells over which nothing is computed before it is asked for: the kernel would do it at each run. */
const MOST_SUMMARIZED = 2_000_000
/** Heights of the grid's head and of a row, CSS pixels. */
const [HEAD, ROW] = [72, 33]

interface TableViewProps {
  readonly source: TableSource
  /** In an output: filters are opened on demand, numbers are shortened, and large tables are not computed over. */
  readonly isBrief?: boolean
  /** What is said and can be done besides, in the line above the rows. */
  readonly children?: ReactNode
}

export function TableView({ source, isBrief = false, children }: TableViewProps) {
  const [isFiltering, setFiltering] = useState(!isBrief)
  const [window, setWindow] = useState<Window>({ start: 0, columns: source.columns })
  const [filters, setFilters] = useState<readonly TableFilter[]>([])
  const [column, setColumn] = useState<number | null>(null)
  const { data, problem, isBusy } = useRows(source, window, filters)
  const isLarge = isBrief && source.rows * Math.min(source.width, SUMMARIZED) > MOST_SUMMARIZED
  const summaries = useSummaries(source, window, filters, column, isLarge)
  const showFrom = async (start: number): Promise<void> => {
    const answer = await source.columnsFrom(start)
    if (answer.ok) setWindow({ start, columns: answer.value })
  }
  return (
    <div className="table-view" aria-busy={isBusy}>
      <div className="table-line">
        <p className="table-count" role="status">
          {problem ?? countWords(source, data, filters)}
        </p>
        {isBrief && source.mayCompute && (
          <button
            type="button"
            className="button button-small"
            aria-expanded={isFiltering}
            onClick={() => setFiltering(!isFiltering)}
          >
            {t('table.filterRows')}
          </button>
        )}
        {children}
      </div>
      {source.mayCompute && isFiltering && (
        <Filters
          window={window}
          filters={filters}
          onFilters={setFilters}
          column={column}
          onColumn={setColumn}
        />
      )}
      {column !== null && <Summary summary={summaries.get(column)} name={nameOf(window, column)} />}
      {source.width > window.columns.length && (
        <ColumnWindow window={window} width={source.width} onStart={(start) => void showFrom(start)} />
      )}
      {data !== null && (
        <Grid data={data} source={source} window={window} summaries={summaries} isBrief={isBrief} />
      )}
    </div>
  )
}

const nameOf = ({ start, columns }: Window, column: number): string => columns[column - start]?.name ?? ''

function countWords(source: TableSource, data: GridData | null, filters: readonly TableFilter[]): string {
  if (data === null) return t('app.loading')
  const sizes = { rows: data.numRows.toLocaleString(locale), columns: source.width.toLocaleString(locale) }
  if (filters.length === 0) return t('table.size', sizes)
  return t('table.sizeFiltered', { ...sizes, all: source.rows.toLocaleString(locale) })
}

/** The rows for a choice; those of the choice before until they are there. */
function useRows(source: TableSource, window: Window, filters: readonly TableFilter[]) {
  const [shown, setShown] = useState<{ data: GridData | null; problem: string | null; isBusy: boolean }>({
    data: null,
    problem: null,
    isBusy: true,
  })
  useEffect(() => {
    let isOld = false
    setShown((before) => ({ ...before, isBusy: true }))
    void firstPage(source, window, filters).then((answer) => {
      if (isOld) return
      if (!answer.ok) setShown((before) => ({ ...before, problem: answer.problem, isBusy: false }))
      else
        setShown({
          data: new GridData(source, window, filters, answer.value),
          problem: null,
          isBusy: false,
        })
    })
    return () => {
      isOld = true
    }
  }, [source, window, filters])
  return shown
}

/** Statistics by place of the first columns, and of the one that is looked at. */
function useSummaries(
  source: TableSource,
  window: Window,
  filters: readonly TableFilter[],
  column: number | null,
  isLarge: boolean,
): ReadonlyMap<number, ColumnSummary> {
  const [known, setKnown] = useState<ReadonlyMap<number, ColumnSummary>>(new Map())
  useEffect(() => {
    if (!source.mayCompute) return
    let isOld = false
    const { start, columns } = window
    const first = isLarge ? [] : columns.slice(0, SUMMARIZED).map((_, place) => start + place)
    const places = column === null || first.includes(column) ? first : [...first, column]
    if (places.length === 0) return
    void source.summaries(places, filters).then((answer) => {
      if (!isOld && answer.ok) setKnown(new Map(answer.value.map((one) => [one.column, one])))
    })
    return () => {
      isOld = true
    }
  }, [source, window, filters, column, isLarge])
  return known
}

function ColumnWindow(props: {
  readonly window: Window
  readonly width: number
  readonly onStart: (start: number) => void
}) {
  const { window, width, onStart } = props
  const end = window.start + window.columns.length
  return (
    <p className="table-columns">
      <button
        type="button"
        className="button button-small"
        disabled={window.start === 0}
        onClick={() => onStart(Math.max(0, window.start - WIDTH))}
      >
        {t('table.earlierColumns')}
      </button>
      <span>{t('table.columns', { first: window.start + 1, last: end, all: width })}</span>
      <button
        type="button"
        className="button button-small"
        disabled={end >= width}
        onClick={() => onStart(end)}
      >
        {t('table.laterColumns')}
      </button>
    </p>
  )
}

interface GridProps {
  readonly data: GridData
  readonly source: TableSource
  readonly window: Window
  readonly summaries: ReadonlyMap<number, ColumnSummary>
  readonly isBrief: boolean
}

function Grid({ data, source, window, summaries, isBrief }: GridProps) {
  const [orderBy, setOrderBy] = useState<OrderBy>([])
  const [problem, setProblem] = useState<string | null>(null)
  const configuration = useMemo(() => {
    const heads = data.names.map((name, place) => {
      const column = window.columns[place]
      const summary = summaries.get(window.start + place)
      const className = column?.kind === 'number' ? 'table-number' : undefined
      const headerComponent = (controls: React.ReactNode) => (
        <ColumnHead name={name} type={column?.type ?? ''} summary={summary} controls={controls} />
      )
      return [name, { headerComponent, ...(className === undefined ? {} : { className }) }] as const
    })
    const labels = data.hasLabels ? [[LABELS, { headerComponent: t('table.label') }] as const] : []
    return Object.fromEntries([...heads, ...labels])
  }, [data, window, summaries])
  const order = source.mayCompute
    ? {
        orderBy,
        onOrderByChange: (next: OrderBy) => {
          setProblem(null)
          setOrderBy(next)
        },
      }
    : {}
  return (
    <>
      {problem !== null && (
        <p className="table-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="table-grid" style={{ height: heightOf(data.numRows) }}>
        <HighTable
          data={data}
          focus={false}
          columnConfiguration={configuration}
          renderCellContent={isBrief ? renderShort : renderCell}
          onError={(error) => {
            if (error instanceof Error && error.name !== 'AbortError') setProblem(error.message)
          }}
          {...order}
        />
      </div>
    </>
  )
}

/** CSS pixels of the grid: all rows of a short table, else a part of the window. */
const heightOf = (rows: number): string => `min(${HEAD + Math.min(rows, 400) * ROW}px, 60vh, 460px)`

function renderCell({ cell }: { readonly cell?: { readonly value: unknown } | undefined }) {
  if (cell === undefined) return null
  if (cell.value === null) return <span className="table-missing">{t('table.missing')}</span>
  return String(cell.value)
}

/** As `renderCell`, with the digits of a float that can be read; the others are said when it is pointed at. */
function renderShort(props: Parameters<typeof renderCell>[0]) {
  const value = props.cell?.value
  const short = typeof value === 'string' ? shortFloat(value) : null
  return short === null ? renderCell(props) : <span title={String(value)}>{short}</span>
}
