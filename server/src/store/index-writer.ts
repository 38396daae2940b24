/**
 * Keeps the derived tables in step with the log. Invariant: they hold what folding `apply` over the log in order
 * gives, whether entry by entry as it is appended or all at once; an entry that contradicts the log is refused.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { numbersOf } from '../../contract/numbers.ts'
import type { Edge } from '../../contract/run.ts'
import { asStoreError, StoreError } from './errors.ts'
import { bookOfCheckpoint, bookOfRun, bookOfSession, placeNotebook } from './index-notebooks.ts'
import {
  type CheckpointMade,
  ContentRead,
  LogEntry,
  type RunEnded,
  RunQueued,
  type SessionStarted,
} from './log-entry.ts'
import { summarize, thumbnailOf } from './receipt.ts'
import { integer, integerOrNull, type Row, text } from './row.ts'
import { indexSchema, indexTables, indexVersion } from './schema.ts'

interface Statements {
  readonly startSession: StatementSync
  readonly endSession: StatementSync
  readonly queueRun: StatementSync
  readonly startRun: StatementSync
  readonly endRun: StatementSync
  readonly findRun: StatementSync
  readonly body: StatementSync
  readonly addName: StatementSync
  readonly findName: StatementSync
  readonly addEdge: StatementSync
  readonly addContent: StatementSync
  readonly setDigest: StatementSync
  readonly contents: StatementSync
  readonly addNumber: StatementSync
  readonly addCheckpoint: StatementSync
  readonly drop: StatementSync
  readonly move: StatementSync
}

const prepare = (db: DatabaseSync): Statements => ({
  startSession: db.prepare(
    'INSERT INTO sessions (session, notebook, started_seq, purpose, book) VALUES (?, ?, ?, ?, ?)',
  ),
  endSession: db.prepare('UPDATE sessions SET ended_seq = ? WHERE session = ? AND ended_seq IS NULL'),
  queueRun: db.prepare(
    'INSERT INTO runs (id, run, session, notebook, cell_id, source_digest, actor, book) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  ),
  startRun: db.prepare(
    'UPDATE runs SET started_seq = ? WHERE run = ? AND started_seq IS NULL AND ended_seq IS NULL',
  ),
  endRun: db.prepare(
    `UPDATE runs SET ended_seq = ?, place = ?, outcome = ?, duration_ms = ?, ended_at = ?, thumbnail = ?, summary = ?
     WHERE id = ?`,
  ),
  findRun: db.prepare('SELECT id, ended_seq, session FROM runs WHERE run = ?'),
  body: db.prepare('SELECT body FROM log WHERE seq = ?'),
  addName: db.prepare('INSERT INTO names (kind, name) VALUES (?, ?)'),
  findName: db.prepare('SELECT id FROM names WHERE kind = ? AND name = ?'),
  addEdge: db.prepare(
    'INSERT INTO edges (ended, generated, position, name, digest, by, deleted, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  ),
  addContent: db.prepare('INSERT INTO contents (ended, seq) VALUES (?, ?)'),
  setDigest: db.prepare(
    `UPDATE edges SET digest = ? WHERE ended = ? AND generated = ? AND name = ? AND by IS ? AND digest IS NULL`,
  ),
  contents: db.prepare(
    'SELECT log.seq, body FROM contents JOIN log ON log.seq = contents.seq WHERE ended = ? ORDER BY log.seq',
  ),
  addNumber: db.prepare('INSERT INTO numbers (ended, metric, name, value) VALUES (?, ?, ?, ?)'),
  addCheckpoint: db.prepare(
    'INSERT INTO checkpoints (seq, checkpoint, name, notebook, book) VALUES (?, ?, ?, ?, ?)',
  ),
  move: db.prepare('INSERT INTO moves (seq, source, target) VALUES (?, ?, ?)'),
  drop: db.prepare('INSERT INTO dropped (digest, seq) VALUES (?, ?) ON CONFLICT DO NOTHING'),
})

export class IndexWriter {
  readonly #db: DatabaseSync
  #statements: Statements | null = null

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Inside the caller's transaction. Throws `StoreError` when the entry contradicts the log. */
  apply(seq: number, entry: LogEntry): void {
    this.#statements ??= prepare(this.#db)
    const sql = this.#statements
    switch (entry.type) {
      case 'session-started':
        this.#startSession(sql, seq, entry)
        return
      case 'session-ended':
        if (sql.endSession.run(seq, entry.session).changes === 0) throw contradiction(entry, entry.session)
        return
      case 'session-moved':
        sql.move.run(seq, entry.source, entry.target)
        return
      case 'run-queued':
        this.#queue(sql, seq, entry)
        return
      case 'run-started':
        if (sql.startRun.run(seq, entry.run).changes === 0) throw contradiction(entry, entry.run)
        return
      case 'run-ended':
        this.#end(sql, seq, entry)
        return
      case 'content-read':
        this.#addContent(sql, seq, entry)
        return
      case 'checkpoint-made':
        this.#addCheckpoint(sql, seq, entry)
        return
      case 'notebook-placed':
        placeNotebook(this.#db, seq, entry)
        return
      case 'bytes-dropped':
        for (const digest of entry.digests) sql.drop.run(digest, seq)
        return
      case 'history-chained':
      case 'entries-redacted':
      case 'history-salvaged':
        return
    }
  }

  /** After a rollback the tables may have other shapes than the statements were prepared for. */
  forget(): void {
    this.#statements = null
  }

  /** Drops the derived tables and folds the whole log again, inside the caller's transaction. */
  rebuild(): number {
    this.#statements = null
    for (const table of indexTables.toReversed()) this.#db.exec(`DROP TABLE IF EXISTS ${table}`)
    this.#db.exec(indexSchema)
    this.#db
      .prepare(
        "INSERT INTO derived VALUES ('index', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      )
      .run(indexVersion)
    const salvaged = this.#lastSalvage()
    let entries = 0
    for (const row of this.#db.prepare('SELECT seq, body FROM log ORDER BY seq').iterate()) {
      const seq = integer(row, 'seq')
      if (seq < salvaged) this.#applyIfPossible(seq, parseEntry(row))
      else this.apply(seq, parseEntry(row))
      entries++
    }
    return entries
  }

  /** Entries before it may build on others that were lost. */
  #lastSalvage(): number {
    const row = this.#db.prepare("SELECT max(seq) AS last FROM log WHERE type = 'history-salvaged'").get()
    return row === undefined ? 0 : (integerOrNull(row, 'last') ?? 0)
  }

  #applyIfPossible(seq: number, entry: LogEntry): void {
    try {
      this.apply(seq, entry)
    } catch (thrown) {
      if (asStoreError(thrown).code !== 'conflict') throw thrown
    }
  }

  /** Whether the derived tables have the shape that this program writes. */
  isCurrent(): boolean {
    const row = this.#db.prepare("SELECT value FROM derived WHERE name = 'index'").get()
    return row !== undefined && integer(row, 'value') === indexVersion
  }

  #startSession(sql: Statements, seq: number, entry: SessionStarted): void {
    const book = bookOfSession(this.#db, seq, entry)
    sql.startSession.run(entry.session, entry.notebook, seq, entry.purpose?.kind ?? null, book)
  }

  #addCheckpoint(sql: Statements, seq: number, entry: CheckpointMade): void {
    const book = bookOfCheckpoint(this.#db, entry)
    sql.addCheckpoint.run(seq, entry.checkpoint, entry.name, entry.notebook, book)
  }

  #queue(sql: Statements, seq: number, run: RunQueued): void {
    const book = bookOfRun(this.#db, run)
    const { session, notebook, cellId, sourceDigest, actor } = run
    sql.queueRun.run(seq, run.run, session, notebook, cellId, sourceDigest, actor.id, book)
  }

  #end(sql: Statements, seq: number, ended: RunEnded): void {
    const found = sql.findRun.get(ended.run)
    if (found === undefined || integerOrNull(found, 'ended_seq') !== null)
      throw contradiction(ended, ended.run)
    this.writeEnd(seq, ended, integer(found, 'id'))
  }

  /** Writes the end of the run whose queueing is the entry `id`. */
  writeEnd(seq: number, ended: RunEnded, id: number): void {
    this.#statements ??= prepare(this.#db)
    const sql = this.#statements
    const queued = RunQueued.parse(JSON.parse(text(this.#queuedRow(sql, id), 'body')))
    const summary = JSON.stringify(summarize(queued, ended))
    const thumbnail = thumbnailOf(ended.outputs)
    sql.endRun.run(
      seq,
      ended.order,
      ended.outcome,
      ended.durationMs,
      Date.parse(ended.at),
      thumbnail === null ? null : JSON.stringify(thumbnail),
      summary,
      id,
    )
    this.#addEdges(sql, seq, 0, ended.used)
    this.#addEdges(sql, seq, 1, ended.generated)
    for (const row of sql.contents.all(seq))
      this.#setDigests(sql, seq, ContentRead.parse(JSON.parse(text(row, 'body'))))
    const { parameters, metrics } = numbersOf(ended)
    for (const [name, value] of parameters) sql.addNumber.run(seq, 0, name, value)
    for (const [name, value] of metrics) sql.addNumber.run(seq, 1, name, value)
  }

  #addContent(sql: Statements, seq: number, entry: ContentRead): void {
    const found = sql.findRun.get(entry.run)
    const ended = found === undefined ? null : integerOrNull(found, 'ended_seq')
    if (found === undefined || ended === null || text(found, 'session') !== entry.session)
      throw contradiction(entry, entry.run)
    sql.addContent.run(ended, seq)
    this.#setDigests(sql, ended, entry)
  }

  #setDigests(sql: Statements, ended: number, { contents }: ContentRead): void {
    for (const { side, kind, name, by, digest } of contents) {
      const named = sql.findName.get(kind, name)
      if (named === undefined || digest === null) continue
      const generated = side === 'generated' ? 1 : 0
      sql.setDigest.run(digest, ended, generated, integer(named, 'id'), producerOf(sql, by, ended))
    }
  }

  #queuedRow(sql: Statements, id: number): Row {
    const row = sql.body.get(id)
    if (row === undefined)
      throw new StoreError('damaged', `the log has no entry ${id}, which the index names`)
    return row
  }

  #addEdges(sql: Statements, ended: number, generated: 0 | 1, edges: readonly Edge[]): void {
    for (const [position, edge] of edges.entries()) {
      const by = producerOf(sql, edge.by, ended)
      const parts = edge.parts === null ? null : JSON.stringify(edge.parts)
      const deleted = edge.deleted ? 1 : 0
      sql.addEdge.run(ended, generated, position, nameId(sql, edge), edge.digest, by, deleted, parts)
    }
  }
}

/** The number of a run that an edge names. One that was queued later is not what the edge names. */
function producerOf(sql: Statements, run: string | null, ended: number): number | null {
  const producer = run === null ? undefined : sql.findRun.get(run)
  const id = producer === undefined ? null : integer(producer, 'id')
  return id !== null && id < ended ? id : null
}

function nameId(sql: Statements, edge: Edge): number {
  const found = sql.findName.get(edge.kind, edge.name)
  return found === undefined
    ? Number(sql.addName.run(edge.kind, edge.name).lastInsertRowid)
    : integer(found, 'id')
}

/** A row of the log as an entry; throws `StoreError` where it cannot be read. */
export function parseEntry(row: Row): LogEntry {
  try {
    return LogEntry.parse(JSON.parse(text(row, 'body')))
  } catch (thrown) {
    throw new StoreError('damaged', `entry ${integer(row, 'seq')} of the log cannot be read`, thrown)
  }
}

const contradiction = (entry: LogEntry, id: string) =>
  new StoreError(
    'conflict',
    `"${entry.type}" of ${id} contradicts the log: it is unknown there, or that was said before`,
  )
