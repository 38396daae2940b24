// @vitest-environment happy-dom
/** Frames in outputs: which markup is read as a table, what the page computes of its rows, and which rows are shown. */
import type { TableFilter } from '@yesterday/server/contract/variables.ts'
import { act, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { NotebookContext } from '../src/access/context.ts'
import { accessTo } from '../src/notebook/access.ts'
import { Notebook } from '../src/notebook/notebook.ts'
import { TableOutput, TextTable } from '../src/outputs/TableOutput.tsx'
import type { CommandRequest } from '../src/session/session-socket.ts'
import { Values } from '../src/session/values.ts'
import { settings } from '../src/settings/settings-store.ts'
import { heldTable } from '../src/tables/held-table.ts'
import { readHtmlTable } from '../src/tables/html-table.ts'
import { shortFloat } from '../src/tables/short-float.ts'
import '../src/tables/TableView.tsx'
import { t } from '../src/text/text.ts'

vi.mock('hightable', async (original) => ({
  ...(await original<typeof import('hightable')>()),
  default: () => null,
}))
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
afterEach(() => vi.unstubAllGlobals())

const row = (label: string, ...cells: string[]) =>
  `<tr><th>${label}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
const pandas = (rows: string, more = '') => `<div>
<style scoped>.dataframe tbody tr th { vertical-align: top; }</style>
<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>n</th><th>t</th></tr></thead>
<tbody>${rows}</tbody></table><p>3 rows × 2 columns</p>${more}</div>`
const HTML = pandas(row('a', '3', 'x') + row('b', 'NaN', 'y') + row('c', '1.5', 'x'))
const ADA = { id: 'ada', name: 'Ada' }
const CUT = HTML.replace('3 rows', '9 rows')
const DUCKDB = `<table class="dataframe"><thead><tr><th>r<br><small>BIGINT</small></th></tr></thead><tbody><tr><td>0</td></tr>
</tbody></table><p><small>1 of 50 rows</small></p>`
const table = readHtmlTable(HTML) ?? expect.fail('the table is not read')

test('the table of a frame is read: names, kinds, labels, cells', () => {
  expect(table).toEqual({
    columns: [
      { name: 'n', type: '', kind: 'number' },
      { name: 't', type: '', kind: 'text' },
    ],
    cells: [
      ['3', null, '1.5'],
      ['x', 'y', 'x'],
    ],
    labels: ['a', 'b', 'c'],
    isWhole: true,
    isQuery: false,
  })
  const numbered = pandas(row('0', '3', 'x') + row('1', '4', 'y') + row('2', '5', 'z'))
  expect(readHtmlTable(numbered)?.labels).toBeNull()
})

test('a table says whether it has all rows, and whether a query has the others', () => {
  const of = (html: string) => {
    const { isWhole, isQuery } = readHtmlTable(html) ?? expect.fail('not read')
    return [isWhole, isQuery]
  }
  const rows = row('0', '3', 'x') + row('...', '...', '...') + row('4,999', '1', 'y')
  expect(of(pandas(rows).replace('3 rows', '5,000 rows'))).toEqual([false, false])
  expect(of(pandas(rows).replace('<p>3 rows × 2 columns</p>', ''))).toEqual([false, false])
  expect(of(HTML.replace('2 columns', '40 columns'))).toEqual([false, false])
  expect(of(DUCKDB)).toEqual([false, true])
  expect(readHtmlTable(DUCKDB)?.columns).toEqual([{ name: 'r', type: 'BIGINT', kind: 'number' }])
})

test.each([
  ['0.34558419206478', '0.345584'],
  ['-1234567.8912345', '-1.23457e+6'],
  ['1.5', null],
  ['12345678901', null],
  ['1.23456789e-12', '1.23457e-12'],
  ['3.14159 rad and more', null],
])('the float %s is shown as %s', (text, short) => expect(shortFloat(text)).toBe(short))

test('types below the names are read; so is the name of the row labels', () => {
  const polars = `<div><small>shape: (1, 1)</small><table border="1" class="dataframe"><thead><tr><th>n</th></tr>
<tr><td>i64</td></tr></thead><tbody><tr><td>null</td></tr></tbody></table></div>`
  expect(readHtmlTable(polars)).toEqual({
    columns: [{ name: 'n', type: 'i64', kind: 'text' }],
    cells: [[null]],
    labels: null,
    isWhole: true,
    isQuery: false,
  })
  const named = HTML.replace('</thead>', '<tr><th>index</th><th></th><th></th></tr></thead>')
  expect(readHtmlTable(named)).toEqual(table)
})

test.each([
  ['another table', '<table><tr><td>1</td></tr></table>'],
  ['two tables', HTML + HTML],
  ['a script', pandas(row('a', '1', 'x'), '<script>1</script>')],
  ['a picture', pandas(row('a', '<img src=x>', 'x'))],
  ['a link', pandas(row('a', '<a href="https://example.org">1</a>', 'x'))],
  ['levels of names', pandas('<tr><th rowspan="2">a</th><td>1</td><td>2</td></tr>')],
  ['rows of other lengths', pandas(row('a', '1'))],
  ['text', 'a dataframe'],
])('%s stays in its frame', (_, html) => expect(readHtmlTable(html)).toBeNull())

const rowsOf = async (more: object) => {
  const answer = await heldTable(table).page({
    start: 0,
    count: 9,
    columns: [0],
    sorts: [],
    filters: [],
    ...more,
  })
  return answer.ok ? answer.value.cells[0] : answer.problem
}

test('rows are ordered by number, missing ones last, and filtered', async () => {
  expect(await rowsOf({ sorts: [{ column: 0, descending: false }] })).toEqual(['1.5', '3', null])
  expect(await rowsOf({ sorts: [{ column: 0, descending: true }] })).toEqual(['3', '1.5', null])
  const filter = (operation: TableFilter['operation'], value: string, column = 0) =>
    rowsOf({ filters: [{ column, operation, value }] })
  expect(await filter('gt', '2')).toEqual(['3'])
  expect(await filter('missing', '')).toEqual([null])
  expect(await filter('contains', 'X', 1)).toEqual(['3', '1.5'])
  expect(await filter('gt', 'two')).toBe(t('table.notANumber', { value: 'two' }))
})

test('columns are summarized', async () => {
  const answer = await heldTable(table).summaries([0, 1], [])
  const [numbers, texts] = answer.ok ? answer.value : []
  expect(numbers).toMatchObject({ count: 3, missing: 1, least: '1.5', greatest: '3', mean: '2.25' })
  expect(texts).toMatchObject({
    distinct: 2,
    top: [
      ['x', 2],
      ['y', 1],
    ],
  })
})

test('the choice is remembered; rows come from the kernel while it holds them, else from the output', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new Error('no server here')))
  const asked: CommandRequest[] = []
  const head = { form: 'table', entry: { type: 'f', group: 'value' }, rows: 9, width: 1, columns: [] }
  let isHeld = true
  const values = new Values({
    send: async (request) => {
      asked.push(request)
      return isHeld
        ? { ok: true, content: { state: 'known', value: head } }
        : { ok: true, content: { state: 'refused', reason: 'gone', detail: '' } }
    },
  })
  const opened = { path: 'a.ipynb', documentId: 'd', epoch: 'e', writable: true, role: 'owner' as const }
  const notebook = new Notebook(opened, 'ws://127.0.0.1:9')
  const place = document.body.appendChild(document.createElement('div'))
  const root = createRoot(place)
  const draw = (output: ReactNode) =>
    act(async () =>
      root.render(
        <NotebookContext value={{ ...accessTo(notebook, null), values }}>{output}</NotebookContext>,
      ),
    )
  const show = (cell: string, html: string) =>
    draw(<TableOutput key={cell} html={html} cell={cell} count={3} frame={<b>framed</b>} />)
  const press = async (name: string) => {
    const buttons = [...place.querySelectorAll('button')]
    await act(async () => buttons.find(({ textContent }) => textContent === name)?.click())
  }
  const drawn = (text: string) =>
    vi.waitFor(async () => {
      await act(async () => undefined)
      expect(place.textContent).toContain(text)
    })
  // All rows are in the output: the kernel is not asked.
  await show('whole', HTML)
  await drawn(t('table.size', { rows: '3', columns: '2' }))
  expect(asked).toEqual([])
  await show('one', CUT)
  await drawn(t('outputs.liveRows'))
  expect(asked[0]).toMatchObject({ type: 'value', of: { ask: 'head', name: 'Out[3]', cell: 'one' } })
  await press(t('outputs.asHtml'))
  expect([place.textContent, settings.get().tables]).toEqual([expect.stringContaining('framed'), 'html'])
  await press(t('outputs.asTable'))
  await drawn(t('outputs.liveRows'))
  // A query runs again only if all rows are wanted.
  asked.length = 0
  await show('query', DUCKDB)
  await drawn(t('outputs.heldRows'))
  expect(asked).toEqual([])
  await press(t('outputs.allRows'))
  await drawn(t('outputs.liveRows'))
  const text = (cell: string, words: string) =>
    draw(<TextTable key={cell} text={words} cell={cell} count={3} frame={<b>{words}</b>} />)
  await text('other', 'just text')
  expect(place.querySelector('button')).toBeNull()
  await text('arrow', 'pyarrow.Table\nk: int64')
  await press(t('outputs.asTable'))
  await drawn(t('outputs.liveRows'))
  // The output may come before the result has its name in the kernel.
  isHeld = false
  await show('two', CUT)
  await drawn(t('outputs.heldRows'))
  isHeld = true
  const ended = { outcome: 'ok', started: null, ended: '2026-01-01T00:00:00.000Z', durationMs: 1 } as const
  const recorded = () =>
    act(async () =>
      notebook.session.recorded.emit({ type: 'recorded', run: 'r', cell: 'two', actor: ADA, ...ended }),
    )
  const heldView = place.querySelector('.table-view')
  await recorded()
  await drawn(t('outputs.liveRows'))
  // Another table: what was chosen is of the columns that it was chosen for.
  expect(place.querySelector('.table-view')).not.toBe(heldView)
  // It has what it asks for, and does not ask at each run.
  asked.length = 0
  await recorded()
  expect(asked).toEqual([])
  isHeld = false
  await text('gone', 'pyarrow.Table\nk: int64')
  await press(t('outputs.asTable'))
  await drawn(t('outputs.noRows'))
  expect(place.textContent).toContain('pyarrow')
  act(() => root.unmount())
  await notebook.close()
  place.remove()
})
