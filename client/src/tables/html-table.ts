/**
 * The rows that an output holds: the HTML table of a frame, as pandas, polars and others write it. Invariant: only text
 * leaves the markup. A table with anything else in it (links, pictures, styles of cells, spans) is not read, so that the
 * frame shows it as its author meant it.
 */
import type { TableColumn } from '@yesterday/server/contract/variables.ts'

/** Rows that are in the page. */
export interface HeldRows {
  readonly columns: readonly TableColumn[]
  /** Cells by column; null for missing ones. */
  readonly cells: readonly (readonly (string | null)[])[]
  /** Names of the rows; null where they are their numbers. */
  readonly labels: readonly string[] | null
}

export interface HtmlTable extends HeldRows {
  /** False where the frame has more rows or columns than the markup. */
  readonly isWhole: boolean
  /** True where the other rows are the answer of a query, which is asked again for them. */
  readonly isQuery: boolean
}

const MOST_TEXT = 4_000_000
const MOST_ROWS = 20_000
const MOST_COLUMNS = 100
const AROUND = new Set(['DIV', 'P', 'STYLE', 'SMALL', 'TABLE'])
const MISSING = new Set(['NaN', 'NaT', '<NA>', 'None', 'null'])

/** Null for markup that is not one plain table of a frame. */
export function readHtmlTable(html: string): HtmlTable | null {
  if (html.length > MOST_TEXT || !html.includes('dataframe')) return null
  const { body } = new DOMParser().parseFromString(html, 'text/html')
  const [table, ...others] = body.querySelectorAll('table')
  if (table === undefined || others.length > 0 || !table.classList.contains('dataframe')) return null
  const outside = [...body.querySelectorAll('*')].filter((one) => !table.contains(one))
  if (!outside.every(({ tagName }) => AROUND.has(tagName))) return null
  const cells = [...table.querySelectorAll('th, td')]
  if (cells.some((one) => one.hasAttribute('colspan') || one.hasAttribute('rowspan') || !isPlain(one)))
    return null
  return readRows(table, wordsAround(body))
}

const PLAIN = new Set(['SMALL', 'I', 'BR'])

/** Text alone, or a word such as the type below a column's name. */
const isPlain = (cell: Element): boolean =>
  [...cell.querySelectorAll('*')].every(({ tagName }) => PLAIN.has(tagName))

/** What the markup says beside the table. */
function wordsAround(body: Element): string {
  const around = body.cloneNode(true)
  if (!(around instanceof Element)) return ''
  for (const one of around.querySelectorAll('table, style')) one.remove()
  return around.textContent
}

/** The shape as pandas and as polars write it. */
const SHAPES = [/([\d,]+) rows × ([\d,]+) columns/, /shape: \(([\d_,]+), ([\d_,]+)\)/]
/** DuckDB. */
const QUERY = /\d+ of \d+ rows/
const CUT = new Set(['...', '…'])

function isWhole(words: string, cells: HeldRows['cells']): boolean {
  if (QUERY.test(words)) return false
  const [, rows, columns] = SHAPES.map((shape) => shape.exec(words)).find((found) => found !== null) ?? []
  if (rows === undefined || columns === undefined)
    return !cells.some((column) => column.some((cell) => cell !== null && CUT.has(cell)))
  const numberIn = (text: string): number => Number(text.replace(/[_,]/g, ''))
  return numberIn(rows) === (cells[0]?.length ?? 0) && numberIn(columns) === cells.length
}

function readRows(table: Element, words: string): HtmlTable | null {
  const [head, second, ...more] = table.querySelectorAll('thead tr')
  const rows = [...table.querySelectorAll('tbody tr')]
  if (head === undefined || more.length > 0 || rows.length > MOST_ROWS) return null
  const texts = rows.map(textsOf)
  const heads = textsOf(head)
  const below = second === undefined ? [] : textsOf(second)
  const hasTypes = second?.querySelector('td') != null
  // The second row has types, or the name of the row labels alone.
  if (!hasTypes && below.slice(1).some((text) => text !== '')) return null
  const width = heads.length
  if (width > MOST_COLUMNS || texts.some((row) => row.length !== width)) return null
  const hasLabels = rows[0]?.firstElementChild?.tagName === 'TH'
  const first = hasLabels ? 1 : 0
  const names = heads.slice(first)
  const cells = names.map((_, place) => texts.map((row) => missing(row[place + first] ?? '')))
  const labels = hasLabels ? texts.map(([label]) => label ?? '') : null
  const isNumbered = labels?.every((label, row) => label === String(row)) === true
  const within = [...head.querySelectorAll('th, td')].map((one) => one.querySelector('br + small'))
  const types = hasTypes
    ? below.slice(first)
    : within.map((one) => one?.textContent.trim() ?? '').slice(first)
  const columns = names.map((name, place) => columnOf(name, types[place] ?? '', cells[place] ?? []))
  return {
    columns,
    cells,
    labels: isNumbered ? null : labels,
    isWhole: isWhole(words, cells),
    isQuery: QUERY.test(words),
  }
}

/** DuckDB writes the type of a column below its name. */
const textsOf = (row: Element): readonly string[] =>
  [...row.querySelectorAll('th, td')].map((one) => {
    const type = one.querySelector('br + small')
    return (type === null ? one.textContent : one.textContent.slice(0, -type.textContent.length)).trim()
  })

const missing = (text: string): string | null => (MISSING.has(text) ? null : text)

function columnOf(name: string, type: string, cells: readonly (string | null)[]): TableColumn {
  const known = cells.filter((one) => one !== null)
  const isNumber = known.length > 0 && known.every((one) => one !== '' && Number.isFinite(Number(one)))
  return { name, type, kind: isNumber ? 'number' : 'text' }
}
