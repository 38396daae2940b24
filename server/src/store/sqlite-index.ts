/** Reading the past from the derived tables: every question is answered by an index of the database. */
import type { DatabaseSync } from 'node:sqlite'
import { type LogPage, type Receipt, RunSummary } from '../../contract/run.ts'
import { assembleReceipt, median } from '../lineage/receipt.ts'
import { StoreError } from './errors.ts'
import { parseEntry } from './index-writer.ts'
import type { LogEntry, RunQueued, SessionStarted } from './log-entry.ts'
import type { LogQuery, ObjectStore, OpenRun, OpenSession, Resolution, RunIndex, RunLinks } from './ports.ts'
import { integer, integerOrNull, type Row, text } from './row.ts'
import { linksOf, producerOf } from './sqlite-links.ts'
import type { Requests } from './writer.ts'

/** So many candidates are named when a prefix is ambiguous. */
const CANDIDATES = 20
/** So many runs tell how long the next one takes. */
const DURATIONS = 10

export class SqliteIndex implements RunIndex {
  readonly #writer: Requests
  readonly #db: DatabaseSync
  readonly #objects: ObjectStore

  constructor(writer: Requests, db: DatabaseSync, objects: ObjectStore) {
    this.#writer = writer
    this.#db = db
    this.#objects = objects
  }

  async page(query: LogQuery): Promise<LogPage> {
    const limit = pageLimit(query)
    const { where, values } = conditions(query)
    const rows = this.#db
      .prepare(`SELECT ended_seq, summary FROM runs WHERE ${where} ORDER BY ended_seq DESC LIMIT ?`)
      .all(...values, limit + 1)
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    return {
      runs: shown.map(summaryOf),
      next: rows.length > limit && last !== undefined ? String(integer(last, 'ended_seq')) : null,
    }
  }

  async receipt(run: string): Promise<Receipt | null> {
    const row = this.#db.prepare('SELECT id, ended_seq FROM runs WHERE run = ?').get(run)
    const endedSeq = row === undefined ? null : integerOrNull(row, 'ended_seq')
    if (row === undefined || endedSeq === null) return null
    const queued = this.#entry(integer(row, 'id'), 'run-queued')
    const ended = this.#entry(endedSeq, 'run-ended')
    const source = await this.#objects.get(queued.sourceDigest)
    if (source === null)
      throw new StoreError('damaged', `the source of run ${run} is missing: ${queued.sourceDigest}`)
    return assembleReceipt(queued, ended, new TextDecoder().decode(source))
  }

  async resolve(prefix: string): Promise<Resolution> {
    if (this.#db.prepare('SELECT 1 FROM runs WHERE run = ?').get(prefix) !== undefined) {
      return { kind: 'found', run: prefix }
    }
    if (prefix.length < 4) return { kind: 'missing' }
    const candidates = this.#db
      .prepare('SELECT run FROM runs WHERE run >= ? AND run < ? ORDER BY run LIMIT ?')
      .all(prefix, `${prefix}\u{10ffff}`, CANDIDATES)
      .map((row) => text(row, 'run'))
    const [only, ...others] = candidates
    if (only === undefined) return { kind: 'missing' }
    return others.length === 0 ? { kind: 'found', run: only } : { kind: 'ambiguous', candidates }
  }

  async links(run: string): Promise<RunLinks | null> {
    return linksOf(this.#db, run)
  }

  async fileProducer(path: string, digest: string, beforeRun: string): Promise<string | null> {
    return producerOf(this.#db, path, digest, beforeRun)
  }

  async sessionStarted(prefix: string): Promise<SessionStarted | null> {
    const rows = this.#db
      .prepare('SELECT session, started_seq FROM sessions WHERE session >= ? AND session < ? LIMIT 2')
      .all(prefix, `${prefix}\u{10ffff}`)
    const whole = rows.find((row) => text(row, 'session') === prefix)
    const found = whole ?? (rows.length === 1 && prefix.length >= 4 ? rows[0] : undefined)
    return found === undefined ? null : this.#entry(integer(found, 'started_seq'), 'session-started')
  }

  async openRuns(session: string): Promise<readonly OpenRun[]> {
    return this.#db
      .prepare('SELECT id, run, started_seq FROM runs WHERE session = ? AND ended_seq IS NULL ORDER BY id')
      .all(session)
      .map((row) => this.#openRun(row))
  }

  async openSessions(): Promise<readonly OpenSession[]> {
    const rows = this.#db
      .prepare('SELECT started_seq FROM sessions WHERE ended_seq IS NULL ORDER BY started_seq')
      .all()
    const sessions = rows.map((row) => this.#entry(integer(row, 'started_seq'), 'session-started'))
    return Promise.all(
      sessions.map(async (session) => ({ session, runs: await this.openRuns(session.session) })),
    )
  }

  async nextOrder(session: string): Promise<number> {
    const row = this.#db.prepare('SELECT max(place) AS last FROM runs WHERE session = ?').get(session)
    return (row === undefined ? 0 : (integerOrNull(row, 'last') ?? 0)) + 1
  }

  async summaries(runs: readonly string[]): Promise<readonly RunSummary[]> {
    return this.#db
      .prepare(
        `SELECT summary FROM runs WHERE run IN (SELECT value FROM json_each(?)) AND ended_seq IS NOT NULL
         ORDER BY ended_seq`,
      )
      .all(JSON.stringify(runs))
      .map(summaryOf)
  }

  async expectedMs(cellId: string, sourceDigest: string): Promise<number | null> {
    const rows = this.#db
      .prepare(
        `SELECT duration_ms FROM runs WHERE cell_id = ? AND source_digest = ? AND outcome = 'ok'
         ORDER BY ended_seq DESC LIMIT ?`,
      )
      .all(cellId, sourceDigest, DURATIONS)
    return median(rows.map((row) => integer(row, 'duration_ms')))
  }

  async rebuild(): Promise<{ readonly entries: number }> {
    return { entries: await this.#writer.request({ type: 'rebuild' }) }
  }

  #openRun(row: Row): OpenRun {
    const startedSeq = integerOrNull(row, 'started_seq')
    const queued: RunQueued = this.#entry(integer(row, 'id'), 'run-queued')
    const started = startedSeq === null ? null : this.#entry(startedSeq, 'run-started').at
    return { run: queued.run, queued, started }
  }

  /** The log's entry at `seq`, of the type that the index says. */
  #entry<T extends LogEntry['type']>(seq: number, type: T): Extract<LogEntry, { type: T }> {
    const row = this.#db.prepare('SELECT seq, body FROM log WHERE seq = ?').get(seq)
    const entry = row === undefined ? null : parseEntry(row)
    if (entry !== null && isOfType(entry, type)) return entry
    throw new StoreError('damaged', `the index names entry ${seq} as "${type}", the log does not`)
  }
}

function isOfType<T extends LogEntry['type']>(
  entry: LogEntry,
  type: T,
): entry is Extract<LogEntry, { type: T }> {
  return entry.type === type
}

const summaryOf = (row: Row): RunSummary => RunSummary.parse(JSON.parse(text(row, 'summary')))

/** The number of runs that a page holds. */
export function pageLimit(query: LogQuery): number {
  return Math.max(1, Math.min(500, Math.trunc(query.limit ?? 50)))
}

/** A cursor as the number that it stands for; of anything else, nothing lies before it. */
export function cursorSeq(cursor: string): number {
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0
}

/** What repeats the past is no news of it. */
const NO_REPLAY = 'session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL)'

function conditions(query: LogQuery): {
  readonly where: string
  readonly values: readonly (string | number)[]
} {
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ['notebook = ?', query.notebook],
    ['cell_id = ?', query.cellId],
    ['session = ?', query.session],
    ['ended_seq < ?', query.before === undefined ? undefined : cursorSeq(query.before)],
  ]
  const own = query.replays === true || query.session !== undefined ? [] : [NO_REPLAY]
  const terms = given.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]))
  return {
    where: ['ended_seq IS NOT NULL', ...own, ...terms.map(({ term }) => term)].join(' AND '),
    values: terms.map(({ value }) => value),
  }
}
