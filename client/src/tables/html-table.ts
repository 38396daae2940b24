/**
 * The rows that an output holds: the HTML table of a frame, as pandas, polars and others write it. Invariant: only text
 * leaves the markup. A table with anything else in it (links, pictures, styles of cells, spans) is not read, so that the
 * frame shows it as its author meant it.
 */
import type { TableColumn } from '@yesterday/server/contract/variables.ts'

export interface HtmlTable {
  readonly columns: readonly TableColumn[]
  /** Cells by column; null for missing ones. */
  readonly cells: readonly (readonly (string | null)[])[]
  /** Names of the rows; null where they are their numbers. */
  readonly labels: readonly string[] | null
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
  return readRows(table)
}

/** Text alone, or a word such as the type below a column's name. */
const isPlain = (cell: Element): boolean =>
  [...cell.querySelectorAll('*')].every(({ tagName }) => tagName === 'SMALL' || tagName === 'I')

function readRows(table: Element): HtmlTable | null {
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
  const types = hasTypes ? below.slice(first) : []
  const columns = names.map((name, place) => columnOf(name, types[place] ?? '', cells[place] ?? []))
  return { columns, cells, labels }
}

const textsOf = (row: Element): readonly string[] =>
  [...row.querySelectorAll('th, td')].map((one) => one.textContent.trim())

const missing = (text: string): string | null => (MISSING.has(text) ? null : text)

function columnOf(name: string, type: string, cells: readonly (string | null)[]): TableColumn {
  const known = cells.filter((one) => one !== null)
  const isNumber = known.length > 0 && known.every((one) => one !== '' && Number.isFinite(Number(one)))
  return { name, type, kind: isNumber ? 'number' : 'text' }
}
