/** pure. Delimited text as a table, as RFC 4180 has it; the delimiter is recognised by the first lines. */
import type { HeldRows } from './html-table.ts'

const DELIMITERS = [',', '\t', ';', '|'] as const
/** Lines that the delimiter is chosen by. */
const SAMPLE = 20
const MOST_COLUMNS = 10_000
const MISSING = new Set(['', 'NA', 'NaN', 'nan', 'null', 'NULL'])

/** Null for text without a row, or with more columns than a table can have. */
export function readCsv(text: string): HeldRows | null {
  const rows = readRows(text, delimiterOf(text))
  const [head, ...body] = rows
  if (head === undefined) return null
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0)
  if (width > MOST_COLUMNS) return null
  const columns = [...Array(width).keys()].map((place) => {
    const cells = body.map((row) => missing(row[place]))
    return { cells, column: { name: head[place] ?? '', type: '', kind: kindOf(cells) } }
  })
  return {
    columns: columns.map(({ column }) => column),
    cells: columns.map(({ cells }) => cells),
    labels: null,
  }
}

const missing = (text: string | undefined): string | null =>
  text === undefined || MISSING.has(text) ? null : text

/** `E5`, as the wells of a plate are called, is none. */
const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/

/** Numbers only if no cell is anything else: `007` is a name. */
function kindOf(cells: readonly (string | null)[]): 'number' | 'text' {
  let hasNumber = false
  for (const cell of cells) {
    if (cell === null) continue
    if (!NUMBER.test(cell.trim())) return 'text'
    hasNumber = true
  }
  return hasNumber ? 'number' : 'text'
}

/** The delimiter that cuts the first lines into the most columns, equally many in each. */
function delimiterOf(text: string): string {
  const sample = text.slice(0, 64 * 1024)
  const scores = DELIMITERS.map((delimiter) => {
    const widths = readRows(sample, delimiter, SAMPLE).map((row) => row.length)
    const usual = widths[0] ?? 1
    return usual === 1 ? 0 : usual * (widths.filter((width) => width === usual).length / widths.length)
  })
  return DELIMITERS[scores.indexOf(Math.max(...scores))] ?? ','
}

/** The first `limit` rows; empty lines are left out. A quote that is never closed takes the rest. */
function readRows(text: string, delimiter: string, limit = Number.POSITIVE_INFINITY): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length && rows.length < limit) {
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at, delimiter)
    row.push(field.value)
    at = field.end
    if (text[at] === delimiter) {
      at += 1
      if (at < text.length) continue
      row.push('')
    }
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
    if (text[at] === '\r') at += 1
    if (text[at] === '\n') at += 1
  }
  return rows

  /** From a quote to the delimiter or line end after its partner. */
  function quoted(source: string, start: number): { readonly value: string; readonly end: number } {
    const parts: string[] = []
    let from = start + 1
    for (;;) {
      const quote = source.indexOf('"', from)
      if (quote === -1) return { value: parts.join('') + source.slice(from), end: source.length }
      parts.push(source.slice(from, quote))
      if (source[quote + 1] !== '"') {
        const rest = plain(source, quote + 1, delimiter)
        return { value: parts.join('') + rest.value, end: rest.end }
      }
      parts.push('"')
      from = quote + 2
    }
  }
}

function plain(
  text: string,
  start: number,
  delimiter: string,
): { readonly value: string; readonly end: number } {
  let end = start
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1
  return { value: text.slice(start, end), end }
}
