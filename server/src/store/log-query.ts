/**
 * The log's questions as SQL. Invariant: a page looks at a bounded number of runs, whatever is asked: candidates come
 * in the log's order from the narrowest index, and filters look at `SCAN` of them at most.
 */
import type { Comparison } from '../../contract/past.ts'
import { VersionKind } from '../../contract/run.ts'
import type { LogQuery } from './ports.ts'
import type { Queryable } from './reader.ts'
import { integer, integerOrNull, type Row } from './row.ts'
import { namedBook } from './sqlite-notebooks.ts'

/** So many candidates a page looks through; fewer where each one's source is read. */
const SCAN = 20_000
const SCAN_TEXT = 4000
/** Clocks are set back now and then: runs near a moment may be on either side of it. */
const CLOCK_SLACK = 1000

type Value = string | number
/** A condition, and the values of its question marks. */
interface Term {
  readonly sql: string
  readonly values: readonly Value[]
}

/** Rows of `runs` that answer the query, newest first; `next` is the sequence that the following page begins before. */
export function logRows(
  db: Queryable,
  asked: LogQuery,
): { readonly rows: readonly Row[]; readonly next: number | null } {
  const { notebook } = asked
  const query = notebook === undefined ? asked : { ...asked, notebook: namedBook(db, notebook) }
  const limit = pageLimit(query)
  const most = query.text === undefined ? SCAN : SCAN_TEXT
  const filters = filtersOf(query)
  const source = candidatesOf(db, query)
  if (source === null) return { rows: [], next: null }
  const floor = floorOf(db, query)
  let before = startOf(db, query)
  const rows: Row[] = []
  for (let looked = 0, window = Math.max(limit * 2, 200); looked < most; window *= 5) {
    const size = filters.length === 0 ? limit + 1 : Math.min(window, most - looked)
    const seqs = source(before, size)
    rows.push(...matching(db, seqs, filters, limit + 1 - rows.length))
    looked += seqs.length
    if (rows.length > limit) return { rows: rows.slice(0, limit), next: seqOf(rows[limit - 1]) }
    if (seqs.length < size) return { rows, next: null }
    before = seqs.at(-1) ?? 0
    if (before <= floor) return { rows, next: null }
  }
  return { rows, next: before }
}

const seqOf = (row: Row | undefined): number | null => (row === undefined ? null : integer(row, 'ended_seq'))

/** The number of runs that a page holds. */
export function pageLimit(query: Pick<LogQuery, 'limit'>): number {
  return Math.max(1, Math.min(500, Math.trunc(query.limit ?? 50)))
}

/** The number of a cursor; an invalid cursor has nothing before it. */
export function cursorSeq(cursor: string): number {
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0
}

function matching(
  db: Queryable,
  seqs: readonly number[],
  filters: readonly Term[],
  limit: number,
): readonly Row[] {
  if (seqs.length === 0) return []
  const where = ['ended_seq IN (SELECT value FROM json_each(?))', ...filters.map(({ sql }) => sql)]
  return db
    .prepare(
      `SELECT ended_seq, summary FROM runs WHERE ${where.join(' AND ')} ORDER BY ended_seq DESC LIMIT ?`,
    )
    .all(JSON.stringify(seqs), ...filters.flatMap(({ values }) => values), limit)
}

type Candidates = (before: number, size: number) => readonly number[]

/** Where candidates come from; null where nothing has that name. */
function candidatesOf(db: Queryable, query: LogQuery): Candidates | null {
  const [comparison] = query.where ?? []
  if (query.name !== undefined) {
    const names = nameIds(db, query.name, query.kind)
    return names.length === 0 ? null : byNames(db, names)
  }
  if (comparison !== undefined)
    return listed(db, 'SELECT DISTINCT ended AS seq FROM numbers WHERE name = ?', [comparison.name])
  const [column, value] = narrowest(query)
  return column === null
    ? listed(db, 'SELECT ended_seq AS seq FROM runs WHERE 1 = 1', [])
    : listed(db, `SELECT ended_seq AS seq FROM runs WHERE ${column} = ?`, [value])
}

function narrowest({
  cellId,
  session,
  notebook,
  actor,
}: LogQuery): readonly [string, string] | readonly [null, ''] {
  if (cellId !== undefined) return ['cell_id', cellId]
  if (session !== undefined) return ['session', session]
  if (notebook !== undefined) return ['book', notebook]
  return actor === undefined || !actor.includes(':') ? [null, ''] : ['actor', actor]
}

function listed(db: Queryable, select: string, values: readonly Value[]): Candidates {
  const column = select.includes('FROM numbers') ? 'ended' : 'ended_seq'
  const statement = db.prepare(
    `${select} AND ${column} IS NOT NULL AND ${column} < ? ORDER BY ${column} DESC LIMIT ?`,
  )
  return (before, size) => statement.all(...values, before, size).map((row) => integer(row, 'seq'))
}

/** One list for each name and direction, each in order and cut off, brought together. */
function byNames(db: Queryable, names: readonly number[]): Candidates {
  const one = `SELECT ended FROM (SELECT ended FROM edges WHERE name = ? AND generated = ? AND ended < ?
    ORDER BY ended DESC LIMIT ?)`
  const lists = names.flatMap((name): [number, number][] => [
    [name, 0],
    [name, 1],
  ])
  const statement = db.prepare(`${lists.map(() => one).join(' UNION ')} ORDER BY ended DESC LIMIT ?`)
  return (before, size) =>
    statement
      .all(...lists.flatMap(([name, generated]) => [name, generated, before, size]), size)
      .map((row) => integer(row, 'ended'))
}

/** The numbers of a name, of one kind of thing or of all. */
export function nameIds(db: Queryable, name: string, kind: LogQuery['kind']): readonly number[] {
  const kinds = kind === undefined ? VersionKind.options : [kind === 'model' ? 'variable' : kind]
  return db
    .prepare('SELECT id FROM names WHERE kind IN (SELECT value FROM json_each(?)) AND name = ?')
    .all(JSON.stringify(kinds), name)
    .map((row) => integer(row, 'id'))
}

function filtersOf(query: LogQuery): readonly Term[] {
  const equal: readonly (readonly [string, Value | undefined])[] = [
    ['book = ?', query.notebook],
    ['cell_id = ?', query.cellId],
    ['session = ?', query.session],
    ['outcome = ?', query.outcome],
    ['ended_at >= ?', query.since === undefined ? undefined : Date.parse(query.since)],
    ['ended_at < ?', query.until === undefined ? undefined : Date.parse(query.until)],
  ]
  const terms = equal.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, values: [value] }]))
  const used = narrowestTerm(query)
  return [
    ...terms.filter(({ sql }) => sql !== used),
    ...(query.replays === true || query.session !== undefined ? [] : [NO_REPLAY]),
    ...(query.actor === undefined ? [] : [actorTerm(query.actor)]),
    ...(query.text === undefined ? [] : [textTerm(query.text)]),
    ...(query.where ?? []).map(numberTerm),
  ]
}

/** Leaves out replays, which are listed only on request. */
const NO_REPLAY: Term = {
  sql: 'session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL)',
  values: [],
}

/** The condition that the candidates meet already, so that an unfiltered page is one look-up. */
function narrowestTerm(query: LogQuery): string | null {
  if (query.name !== undefined || query.where?.[0] !== undefined) return null
  const [column] = narrowest(query)
  return column === null ? null : `${column} = ?`
}

const actorTerm = (actor: string): Term => ({
  sql: "(actor = ? OR json_extract(summary, '$.actor.name') = ?)",
  values: [actor, actor],
})

/** Searches the title, and the source if it is in the database: sources above 8 KiB are found by their title only. */
function textTerm(text: string): Term {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return {
    sql: `(json_extract(summary, '$.title') LIKE ? ESCAPE '\\' OR EXISTS (
      SELECT 1 FROM blobs WHERE digest = source_digest AND CAST(bytes AS TEXT) LIKE ? ESCAPE '\\'))`,
    values: [pattern, pattern],
  }
}

const numberTerm = ({ name, operator, value }: Comparison): Term => ({
  sql: `EXISTS (SELECT 1 FROM numbers WHERE name = ? AND ended = ended_seq AND value ${operator} ?)`,
  values: [name, value],
})

/** At and below which sequence a query can find nothing. */
function floorOf(db: Queryable, { since }: LogQuery): number {
  if (since === undefined) return 0
  const row = db
    .prepare(
      `SELECT min(ended_seq) AS first FROM (SELECT ended_seq FROM runs
         WHERE ended_seq IS NOT NULL AND ended_at >= ? ORDER BY ended_at LIMIT ?)`,
    )
    .get(Date.parse(since), CLOCK_SLACK)
  const found = row === undefined ? null : integerOrNull(row, 'first')
  return found === null ? Number.MAX_SAFE_INTEGER : found - 1
}

/** Before which sequence a query can find anything. */
function startOf(db: Queryable, { before, until }: LogQuery): number {
  const cursor = before === undefined ? Number.MAX_SAFE_INTEGER : cursorSeq(before)
  if (until === undefined) return cursor
  const row = db
    .prepare(
      `SELECT max(ended_seq) AS last FROM (SELECT ended_seq FROM runs
         WHERE ended_seq IS NOT NULL AND ended_at < ? ORDER BY ended_at DESC LIMIT ?)`,
    )
    .get(Date.parse(until), CLOCK_SLACK)
  return Math.min(cursor, (row === undefined ? 0 : (integerOrNull(row, 'last') ?? 0)) + 1)
}
