/** pure. Recorded things as text in a terminal. Invariant: nothing that was recorded steers the terminal. */
import { visibleName } from '../../contract/file-names.ts'

/** One line without control characters; sources and names come from anywhere. */
export const plain = (text: string): string => visibleName(text.replace(/\p{Cc}/gu, ' ')).trimEnd()

/** Lines as they may go to a terminal: characters that steer it, or turn the direction of the text, are written out. */
export const printable = (text: string): string => text.replace(/[^\n\t]+/g, visibleName)

const ESCAPE = String.fromCharCode(27)
const COLOUR = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`)

/** As `printable`; colours stay. */
export const printableColoured = (text: string): string =>
  text
    .split(COLOUR)
    .map((part) => (COLOUR.test(part) ? part : printable(part)))
    .join('')

/** A number of things: `1 run`, `2 runs`. */
export const counted = (count: number, thing: string, things = `${thing}s`): string =>
  `${count} ${count === 1 ? thing : things}`

/** So many digits identify a run in a project, as in git. */
const SHORT = 8

/** The id as a person reads it. */
export const shortId = (id: string): string => plain(id.slice(0, SHORT))

const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes for a person. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 'B']
  for (const next of units) {
    if (value < 1024) break
    ;[value, unit] = [value / 1024, next]
  }
  return unit === 'B' ? `${value} B` : `${value.toFixed(1)} ${unit}`
}

/** A timestamp in the reader's own time, to the second. */
export function localTime(timestamp: string): string {
  const date = new Date(timestamp)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/gu

/** Columns of a terminal: characters of East Asian scripts take two. */
const widthOf = (text: string): number => text.length + (text.match(WIDE)?.length ?? 0)

/** Rows as lines with aligned columns; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(plain))
  const widths = cells.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widthOf(cell), widest[column] ?? 0)),
    [],
  )
  return cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd(),
  )
}
