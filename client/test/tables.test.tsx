// @vitest-environment happy-dom
/** Tables: pages that come when they are in sight, filters, statistics, and what is said when something fails. */
import type { ColumnSummary, TableColumn, TablePage } from '@yesterday/server/contract/variables.ts'
import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { columnNames, firstPage, GridData, LABELS } from '../src/tables/grid-data.ts'
import type { PageQuery, TableSource } from '../src/tables/source.ts'
import { TableView } from '../src/tables/TableView.tsx'
import { t } from '../src/text/text.ts'

// The grid measures itself, which this environment has no layout for. The journey shows it in a browser.
vi.mock('hightable', async (original) => ({
  ...(await original<typeof import('hightable')>()),
  default: () => null,
}))

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const columns: readonly TableColumn[] = [
  { name: 'n', type: 'int64', kind: 'number' },
  { name: 't', type: 'str', kind: 'text' },
]

/** A thousand rows; a filter leaves ten, one for `fail` fails. */
function fakeSource(more: Partial<TableSource> = {}) {
  const asked: PageQuery[] = []
  const page = async (query: PageQuery) => {
    asked.push(query)
    if (query.filters.some(({ value }) => value === 'fail'))
      return { ok: false, problem: 'no such number' } as const
    const total = query.filters.length > 0 ? 10 : 1000
    const rows = [...Array(Math.min(query.count, total - query.start)).keys()].map((row) => query.start + row)
    const down = query.sorts[0]?.descending === true
    const cells = query.columns.map((column) => rows.map((row) => `${column}:${down ? 999 - row : row}`))
    const value: TablePage = { total, start: query.start, cells, labels: null }
    return { ok: true, value } as const
  }
  const summary: ColumnSummary = {
    column: 0,
    count: 1000,
    missing: 3,
    least: '0',
    greatest: '999',
    mean: '499.5',
    bins: [5, 10, 0],
  }
  const source: TableSource = {
    rows: 1000,
    width: 2,
    columns,
    mayCompute: true,
    columnsFrom: async () => ({ ok: true, value: columns }),
    page,
    summaries: async () => ({ ok: true, value: [summary] }),
    ...more,
  }
  return { asked, source }
}

async function dataOf(source: TableSource): Promise<GridData> {
  const window = { start: 0, columns: source.columns }
  const first = await firstPage(source, window, [])
  return first.ok ? new GridData(source, window, [], first.value) : expect.fail('no first page')
}

test('columns with one name are distinguished', () => {
  const named = (name: string): TableColumn => ({ name, type: '', kind: 'text' })
  expect(columnNames(['x', 'y', 'x', 'x'].map(named))).toEqual(['x', 'y', 'x (2)', 'x (3)'])
})

test('pages are fetched once, and for each order again', async () => {
  const { source, asked } = fakeSource()
  const data = await dataOf(source)
  expect(data.getCell({ row: 5, column: 't' })).toEqual({ value: '1:5' })
  expect(data.getCell({ row: 150, column: 't' })).toBeUndefined()
  const range = { rowStart: 90, rowEnd: 210 }
  await Promise.all([data.fetch(range), data.fetch(range)])
  expect(asked.map(({ start }) => start)).toEqual([0, 100, 200])
  const orderBy = [{ column: 'n', direction: 'descending' as const }]
  await data.fetch({ rowStart: 0, rowEnd: 10, orderBy })
  expect(asked.at(-1)?.sorts).toEqual([{ column: 0, descending: true }])
  expect(data.getCell({ row: 0, column: 'n', orderBy })).toEqual({ value: '0:999' })
  expect(data.getCell({ row: 0, column: 'n' })).toEqual({ value: '0:0' })
})

test('a page that fails rejects, and is asked for again', async () => {
  let fails = true
  const { source } = fakeSource()
  const data = await dataOf({
    ...source,
    page: async (query) => (fails && query.start > 0 ? { ok: false, problem: 'away' } : source.page(query)),
  })
  await expect(data.fetch({ rowStart: 100, rowEnd: 110 })).rejects.toThrow('away')
  fails = false
  await data.fetch({ rowStart: 100, rowEnd: 110 })
  expect(data.getCell({ row: 100, column: 'n' })).toEqual({ value: '0:100' })
})

test('names of rows are a column of their own', async () => {
  const { source } = fakeSource()
  const labels: TablePage = { total: 1, start: 0, cells: [['1'], ['2']], labels: ['first'] }
  const data = new GridData(source, { start: 0, columns }, [], labels)
  expect(data.columnDescriptors.map(({ name }) => name)).toEqual([LABELS, 'n', 't'])
  expect(data.getCell({ row: 0, column: LABELS })).toEqual({ value: 'first' })
})

let place: HTMLElement
let root: Root
beforeEach(() => {
  place = document.body.appendChild(document.createElement('div'))
  root = createRoot(place)
})
afterEach(() => {
  act(() => root.unmount())
  place.remove()
})

const show = (source: TableSource) => act(async () => root.render(<TableView source={source} />))
const status = () => place.querySelector('[role=status]')?.textContent
const choose = (label: string, value: string) =>
  act(async () => {
    const field = place.querySelector<HTMLSelectElement | HTMLInputElement>(`[aria-label="${label}"]`)
    if (field === null) return expect.fail(`no field ${label}`)
    const prototype = field instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement
    Object.getOwnPropertyDescriptor(prototype.prototype, 'value')?.set?.call(field, value)
    field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
  })
const submit = () =>
  act(async () => void place.querySelector('form')?.dispatchEvent(new Event('submit', { bubbles: true })))

test('a filter is added, named and removed; the count follows', async () => {
  await show(fakeSource().source)
  expect(status()).toBe(t('table.size', { rows: '1,000', columns: '2' }))
  await choose(t('table.column'), '0')
  await choose(t('table.value'), '7')
  await submit()
  expect(status()).toBe(t('table.sizeFiltered', { rows: '10', all: '1,000', columns: '2' }))
  const remove = place.querySelector<HTMLElement>('.table-in-force button')
  expect(remove?.textContent).toContain(`n ${t('table.operation.eq')} 7`)
  await act(async () => remove?.click())
  expect(status()).toBe(t('table.size', { rows: '1,000', columns: '2' }))
})

test('a filter that cannot be used says why, and the rows stay', async () => {
  await show(fakeSource().source)
  await choose(t('table.column'), '0')
  await choose(t('table.value'), 'fail')
  await submit()
  expect(status()).toBe('no such number')
  expect(place.querySelector('.table-grid')).not.toBeNull()
})

test('the statistics of a chosen column are in words', async () => {
  await show(fakeSource().source)
  await choose(t('table.column'), '0')
  const section = place.querySelector(`[aria-label="${t('table.statisticsOf', { name: 'n' })}"]`)
  for (const word of ['999', '499.5', '3']) expect(section?.textContent).toContain(word)
})

test('who may not compute gets rows alone', async () => {
  const summaries = () => expect.fail('statistics were asked for')
  await show(fakeSource({ mayCompute: false, summaries }).source)
  expect(status()).toBe(t('table.size', { rows: '1,000', columns: '2' }))
  expect(place.querySelector('.table-filters')).toBeNull()
})
