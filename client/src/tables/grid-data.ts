/**
 * The rows of a source in the form that the grid reads: a page is fetched when it comes into sight, and kept while it is
 * near. Invariant: one object has one set of filters and one window of columns; another choice is another object.
 */
import type { TableColumn, TableFilter, TablePage, TableSort } from '@yesterday/server/contract/variables.ts'
import { createEventTarget, type DataFrame, type DataFrameEvents, type OrderBy } from 'hightable'
import type { TableSource } from './source.ts'

const PAGE = 100
/** Pages that are kept. */
const KEPT = 60

export interface Window {
  /** Place of the first column. */
  readonly start: number
  readonly columns: readonly TableColumn[]
}

/** The name of the column that has the names of rows. */
export const LABELS = 'labels'

/** pure. Names for the grid, which knows columns by them: the second `x` is `x (2)`. */
export function columnNames(columns: readonly TableColumn[]): readonly string[] {
  const seen = new Map<string, number>()
  return columns.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name} (${count})`
  })
}

export class GridData implements DataFrame {
  readonly columnDescriptors: { readonly name: string; readonly sortable: boolean }[]
  readonly numRows: number
  readonly exclusiveSort = true
  readonly eventTarget = createEventTarget<DataFrameEvents>()
  /** Names of columns in the window, in their order. */
  readonly names: readonly string[]
  /** Rows have names. */
  readonly hasLabels: boolean
  readonly #source: TableSource
  readonly #window: Window
  readonly #filters: readonly TableFilter[]
  readonly #pages = new Map<string, TablePage>()
  readonly #coming = new Map<string, Promise<void>>()

  /** `first`: the first page without an order. */
  constructor(source: TableSource, window: Window, filters: readonly TableFilter[], first: TablePage) {
    this.#source = source
    this.#window = window
    this.#filters = filters
    this.hasLabels = first.labels !== null
    this.names = columnNames(window.columns).map((name) => (name === LABELS ? `${name} (2)` : name))
    this.numRows = first.total
    this.columnDescriptors = [
      ...(this.hasLabels ? [{ name: LABELS, sortable: false }] : []),
      ...this.names.map((name) => ({ name, sortable: source.mayCompute })),
    ]
    this.#pages.set(pageKey('', 0), first)
  }

  readonly getRowNumber = ({ row }: { readonly row: number }) => ({ value: row })

  readonly getCell = ({
    row,
    column,
    orderBy,
  }: {
    readonly row: number
    readonly column: string
    readonly orderBy?: OrderBy
  }): { readonly value: string | null } | undefined => {
    const page = this.#pages.get(pageKey(orderKey(orderBy), Math.floor(row / PAGE)))
    if (page === undefined) return undefined
    const place = row - page.start
    const cells = column === LABELS && this.hasLabels ? page.labels : page.cells[this.names.indexOf(column)]
    const value = cells?.[place]
    return value === undefined ? undefined : { value }
  }

  readonly fetch = async ({
    rowStart,
    rowEnd,
    orderBy,
    signal,
  }: {
    readonly rowStart: number
    readonly rowEnd: number
    readonly orderBy?: OrderBy
    readonly signal?: AbortSignal
  }): Promise<void> => {
    const last = Math.floor(Math.max(rowStart, Math.min(rowEnd, this.numRows) - 1) / PAGE)
    const wanted = []
    for (let page = Math.floor(rowStart / PAGE); page <= last; page++)
      wanted.push(this.#ensurePage(page, orderBy))
    await Promise.all(wanted)
    signal?.throwIfAborted()
  }

  #ensurePage(page: number, orderBy: OrderBy | undefined): Promise<void> {
    const key = pageKey(orderKey(orderBy), page)
    if (this.#pages.has(key)) return Promise.resolve()
    const coming = this.#coming.get(key) ?? this.#fetch(key, page, orderBy)
    this.#coming.set(key, coming)
    return coming
  }

  async #fetch(key: string, page: number, orderBy: OrderBy | undefined): Promise<void> {
    const { start, columns } = this.#window
    try {
      const answer = await this.#source.page({
        start: page * PAGE,
        count: PAGE,
        columns: columns.map((_, place) => start + place),
        sorts: sortsOf(orderBy, this.names, start),
        filters: this.#filters,
      })
      if (!answer.ok) throw new Error(answer.problem)
      this.#keep(key, answer.value)
      this.eventTarget.dispatchEvent(new CustomEvent('resolve'))
    } finally {
      this.#coming.delete(key)
    }
  }

  #keep(key: string, page: TablePage): void {
    this.#pages.set(key, page)
    const [oldest] = this.#pages.keys()
    if (this.#pages.size > KEPT && oldest !== undefined) this.#pages.delete(oldest)
  }
}

/** The query of the first page, which shows whether the filters can be used. */
export const firstPage = (source: TableSource, { start, columns }: Window, filters: readonly TableFilter[]) =>
  source.page({
    start: 0,
    count: PAGE,
    columns: columns.map((_, place) => start + place),
    sorts: [],
    filters,
  })

function sortsOf(
  orderBy: OrderBy | undefined,
  names: readonly string[],
  start: number,
): readonly TableSort[] {
  return (orderBy ?? []).flatMap(({ column, direction }) => {
    const place = names.indexOf(column)
    return place === -1 ? [] : [{ column: start + place, descending: direction === 'descending' }]
  })
}

const orderKey = (orderBy: OrderBy | undefined): string =>
  (orderBy ?? []).map(({ column, direction }) => `${direction} ${column}`).join('\n')
const pageKey = (order: string, page: number): string => `${page}\n${order}`
