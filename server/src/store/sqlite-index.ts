/** Reading the past from the derived tables: every question is answered by an index of the database. */
import type { Checkpoint, Moment, RunName, SessionLine, Timeline } from '../../contract/past.ts'
import type { Edge, LogPage, Receipt, RunSummary } from '../../contract/run.ts'
import { endedAt, entryAt } from './entry-at.ts'
import { StoreError } from './errors.ts'
import { bookOf } from './index-notebooks.ts'
import type { LogEntry, RunQueued, SessionMoved, SessionStarted } from './log-entry.ts'
import { logRows } from './log-query.ts'
import type {
  FinishedRun,
  HistoryQuery,
  KnownNotebook,
  LogQuery,
  ObjectStore,
  OpenRun,
  OpenSession,
  Resolution,
  RunFigures,
  RunIndex,
  RunLinks,
  Upstream,
} from './ports.ts'
import type { Queryable } from './reader.ts'
import { assembleReceipt } from './receipt.ts'
import { integer, integerOrNull, type Row, text } from './row.ts'
import { summaryOf } from './run-name.ts'
import { finishedBefore, finishedRuns } from './sqlite-learned.ts'
import { linksOf, producerOf, upstreamOf } from './sqlite-links.ts'
import { knownNotebook, knownNotebooks, namedBook } from './sqlite-notebooks.ts'
import { SqlitePast } from './sqlite-past.ts'
import { SqliteSessions } from './sqlite-sessions.ts'
import type { Requests } from './writer.ts'

/** So many candidates are named when a prefix is ambiguous. */
const CANDIDATES = 20

export class SqliteIndex implements RunIndex {
  readonly #writer: Requests
  readonly #db: Queryable
  readonly #objects: ObjectStore
  readonly #root: string
  readonly #past: SqlitePast
  readonly #sessions: SqliteSessions

  /** `root` is the project's folder, which identifies the same file across notebooks. */
  constructor(writer: Requests, db: Queryable, objects: ObjectStore, root: string) {
    this.#writer = writer
    this.#db = db
    this.#objects = objects
    this.#root = root
    this.#past = new SqlitePast(db)
    this.#sessions = new SqliteSessions(db)
  }

  async page(query: LogQuery): Promise<LogPage> {
    const { rows, next } = logRows(this.#db, query)
    return { runs: rows.map(summaryOf), next: next === null ? null : String(next) }
  }

  async receipt(run: string): Promise<Receipt | null> {
    const row = this.#db.prepare('SELECT id, ended_seq FROM runs WHERE run = ?').get(run)
    const endedSeq = row === undefined ? null : integerOrNull(row, 'ended_seq')
    if (row === undefined || endedSeq === null) return null
    const queued = this.#entry(integer(row, 'id'), 'run-queued')
    const ended = endedAt(this.#db, endedSeq)
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

  async fileProducer(
    name: string,
    digest: string,
    reader: string,
    kind: 'file' | 'table' = 'file',
  ): Promise<string | null> {
    return producerOf(this.#db, this.#root, { kind, name, digest, reader })
  }

  async runNames(runs: readonly string[]): Promise<readonly RunName[]> {
    return this.#past.runNames(runs)
  }

  async numbers(runs: readonly string[]): Promise<ReadonlyMap<string, RunFigures>> {
    return this.#past.numbers(runs)
  }

  async upstream(run: string, depth: number, most: number): Promise<readonly Upstream[]> {
    return upstreamOf(this.#db, this.#root, run, depth, most)
  }

  async laterVersion(name: string, run: string, parts: Edge['parts']) {
    return this.#past.laterVersion(name, run, parts)
  }

  async lastSource(run: string): Promise<string | null> {
    return this.#past.lastSource(run)
  }

  async notebooks(): Promise<readonly KnownNotebook[]> {
    return knownNotebooks(this.#db)
  }

  async notebook(named: string): Promise<KnownNotebook | null> {
    return knownNotebook(this.#db, namedBook(this.#db, named))
  }

  async notebookOf(runOrSession: string): Promise<string | null> {
    return bookOf(this.#db, runOrSession)
  }

  async lastRuns(notebook: string): Promise<ReadonlyMap<string, string>> {
    return this.#past.lastRuns(notebook)
  }

  async timeline(session: string, after: number, limit: number): Promise<Timeline | null> {
    return this.#sessions.timeline(session, after, limit)
  }

  async moment(session: string, order: number): Promise<Moment | null> {
    return this.#sessions.moment(session, order)
  }

  async sessions(query: Parameters<RunIndex['sessions']>[0]): Promise<readonly SessionLine[]> {
    return this.#sessions.list(query)
  }

  async resolveSession(prefix: string): Promise<readonly string[]> {
    return this.#sessions.resolve(prefix)
  }

  async history(query: HistoryQuery) {
    return this.#past.history(query)
  }

  async checkpoints(notebook?: string): Promise<readonly Checkpoint[]> {
    return this.#past.checkpoints(notebook)
  }

  async dropped(digests: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#past.dropped(digests)
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

  async openSessions(onUnreadable?: (session: string, why: string) => void): Promise<readonly OpenSession[]> {
    const rows = this.#db
      .prepare('SELECT session, started_seq FROM sessions WHERE ended_seq IS NULL ORDER BY started_seq')
      .all()
    const open: OpenSession[] = []
    for (const row of rows) {
      try {
        const session = this.#entry(integer(row, 'started_seq'), 'session-started')
        open.push({ session, runs: await this.openRuns(session.session) })
      } catch (error) {
        if (onUnreadable === undefined || !(error instanceof StoreError)) throw error
        onUnreadable(text(row, 'session'), error.message)
      }
    }
    return open
  }

  async moves(sessions: readonly string[]): Promise<readonly SessionMoved[]> {
    const rows = this.#db
      .prepare(
        `SELECT seq FROM moves WHERE source IN (SELECT value FROM json_each(:of))
           OR target IN (SELECT value FROM json_each(:of)) ORDER BY seq DESC LIMIT 1000`,
      )
      .all({ of: JSON.stringify(sessions) })
    return rows.toReversed().map((row) => this.#entry(integer(row, 'seq'), 'session-moved'))
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

  async finished(after: number, limit: number): Promise<readonly FinishedRun[]> {
    return finishedRuns(this.#db, after, limit)
  }

  async finishedBefore(count: number): Promise<number> {
    return finishedBefore(this.#db, count)
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

  #entry<T extends LogEntry['type']>(seq: number, type: T): Extract<LogEntry, { type: T }> {
    return entryAt(this.#db, seq, type)
  }
}
