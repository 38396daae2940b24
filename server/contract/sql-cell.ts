/**
 * pure. A SQL cell is a code cell whose first line is `%%sql [connection] [name <<]`. The page shows that line as a
 * header. A first line that says more, such as SQL, is left as text.
 */

/** `connection`: a name, a variable or a URL; null for DuckDB. `result`: the variable that gets the rows, if any. */
export interface SqlHeader {
  readonly connection: string | null
  readonly result: string | null
}

/** Names of variables, connections and results; ASCII, as kernels compare them by bytes. */
export const SQL_NAME = /^[A-Za-z_]\w{0,99}$/
const CONNECTION = /^(?:[A-Za-z_][\w-]{0,99}|[A-Za-z][\w+.-]*:\/\/\S+)$/
const FIRST_LINE = /^%%sql(?:[ \t]+(\S+?))??(?:[ \t]+([A-Za-z_]\w*)[ \t]*=?[ \t]*<<)?[ \t]*$/

/** True if the source is run by the `%%sql` magic. */
export const isSqlCell = (source: string): boolean => /^%%sql(?=[ \t\n]|$)/.test(source)

/** What the first line says; null if this is no SQL cell, or if the line says more than a header can. */
export function sqlHeader(source: string): SqlHeader | null {
  const end = source.indexOf('\n')
  // Without a second line there is nothing that an editor could show below the header.
  if (end === -1 || !isSqlCell(source)) return null
  const found = FIRST_LINE.exec(source.slice(0, end))
  const connection = found?.[1] ?? null
  if (found === null || (connection !== null && !CONNECTION.test(connection))) return null
  return { connection, result: found[2] ?? null }
}

/** The first line of a header, without its line break. Throws `RangeError` if a part has a form that cannot be read back. */
export function sqlLine({ connection, result }: SqlHeader): string {
  if (connection !== null && !CONNECTION.test(connection))
    throw new RangeError(`no connection: ${connection}`)
  if (result !== null && !SQL_NAME.test(result)) throw new RangeError(`no name: ${result}`)
  return ['%%sql', connection, result === null ? null : `${result} <<`]
    .filter((part) => part !== null)
    .join(' ')
}

/** The source as a SQL cell: under an empty header unless it has one. */
export const asSql = (source: string): string => (isSqlCell(source) ? source : `%%sql\n${source}`)

/** The source without the magic: what was SQL becomes plain code. */
export const asPython = (source: string): string =>
  isSqlCell(source) ? source.slice(source.indexOf('\n') + 1 || source.length) : source
