/**
 * pure. The names that a SQL cell may read from and give to the notebook, by its words alone: tables, which may be
 * frames, parameters, and the result. The kernel records exactly what a run used; this is for cells that have not run.
 */
import { sqlHeader } from '../../contract/sql-cell.ts'

const QUIET = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)/g
const PARAMETER = /\{\{\s*([A-Za-z_]\w*)/g
const NAME = String.raw`"?([A-Za-z_][\w.]*)"?`
const READ = new RegExp(String.raw`\b(?:from|join|update|into|using)\s+${NAME}`, 'gi')
const ALIAS = String.raw`(?:\s+(?:as\s+)?\w+)?`
/** What follows the first table of a `from`, after a comma. */
const LIST = new RegExp(String.raw`\bfrom\s+[\w."]+${ALIAS}((?:\s*,\s*[\w."]+${ALIAS})+)`, 'gi')
const WRITTEN = new RegExp(
  String.raw`\b(?:insert\s+(?:overwrite\s+)?(?:into\s+)?(?:table\s+)?|update\s+|delete\s+from\s+|(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:temp\w*\s+)?(?:table|view)\s+(?:if\s+(?:not\s+)?exists\s+)?)${NAME}`,
  'gi',
)
const LONGEST = 100_000

export interface SqlNames {
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
}

/** The names of a cell whose first line is `%%sql`. */
export function sqlNames(source: string): SqlNames {
  const [head = '', ...body] = source.slice(0, LONGEST).split('\n')
  const header = sqlHeader(source)
  const text = header === null ? `${head.slice('%%sql'.length)}\n${body.join('\n')}` : body.join('\n')
  const sql = text.replace(QUIET, ' ')
  const first = (pattern: RegExp, within = sql) =>
    [...within.matchAll(pattern)].flatMap(([, name]) => name ?? [])
  const listed = first(LIST).flatMap((list) => first(new RegExp(String.raw`,\s*${NAME}`, 'g'), list))
  const reads = new Set([...first(PARAMETER), ...first(READ), ...listed])
  if (header?.connection != null && !header.connection.includes('://')) reads.add(header.connection)
  const writes = new Set(first(WRITTEN))
  if (header?.result != null) writes.add(header.result)
  return { reads, writes }
}
