/** pure. Which rows of a table in a text file changed: CSV with `,`, `;` or tabs, the first line its header. */

/** A row before and after; null on the side that does not have it. */
export interface RowChange {
  readonly before: readonly string[] | null
  readonly after: readonly string[] | null
  /** Row number in the file that has it (the new one where both do), from 1, without the header. */
  readonly row: number
}

export interface TableDiff {
  readonly columns: readonly string[]
  readonly changes: readonly RowChange[]
}

/** Null where the texts are not two tables with the same columns. */
export function diffTables(before: string, after: string): TableDiff | null {
  const separator = [',', ';', '\t'].find((sign) => before.includes(sign))
  if (separator === undefined) return null
  const [was, is] = [rowsOf(before, separator), rowsOf(after, separator)]
  const [columns = []] = is
  if (columns.length < 2 || columns.join('\n') !== was[0]?.join('\n')) return null
  return { columns, changes: changesOf(was.slice(1), is.slice(1)) }
}

/** Rows between the common beginning and the common end, paired by place. */
function changesOf(
  was: readonly (readonly string[])[],
  is: readonly (readonly string[])[],
): readonly RowChange[] {
  const same = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean =>
    a !== undefined && b !== undefined && a.join('\n') === b.join('\n')
  let start = 0
  while (same(was[start], is[start])) start++
  let end = 0
  while (end < Math.min(was.length, is.length) - start && same(was.at(-1 - end), is.at(-1 - end))) end++
  const [removed, added] = [was.slice(start, was.length - end), is.slice(start, is.length - end)]
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, n) => ({
    before: removed[n] ?? null,
    after: added[n] ?? null,
    row: start + n + 1,
  })).filter(({ before, after }) => !same(before ?? undefined, after ?? undefined))
}

function rowsOf(text: string, separator: string): readonly (readonly string[])[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => fieldsOf(line, separator))
}

function fieldsOf(line: string, separator: string): readonly string[] {
  const fields: string[] = ['']
  let quoted = false
  for (const char of line) {
    if (char === '"') quoted = !quoted
    else if (char === separator && !quoted) fields.push('')
    else fields.push(`${fields.pop() ?? ''}${char}`)
  }
  return fields
}
