/** pure. SQL cells that are split and joined: each part is SQL, on the same connection. */
import { asPython, isSqlCell, sqlHeader, sqlLine } from '@yesterday/server/contract/sql-cell.ts'

/** What a cell that is cut off this one begins with. */
export function headOfSplit(source: string): string {
  const header = sqlHeader(source)
  if (header !== null) return `${sqlLine({ ...header, result: null })}\n`
  return isSqlCell(source) ? '%%sql\n' : ''
}

/** What is added to a cell that is joined with the next. Statements of SQL need a semicolon between them. */
export function joined(source: string, next: string): string {
  if (!isSqlCell(source) || !isSqlCell(next)) return `\n${next}`
  return `${/;\s*$/.test(source) ? '' : ';'}\n${asPython(next)}`
}
