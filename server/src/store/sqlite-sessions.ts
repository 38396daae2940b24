/** Sessions as places in time: which there are, their runs in order, and the state after one of them. */
import { z } from 'zod'
import type { Moment, SessionLine, Timeline, TimelineRun } from '../../contract/past.ts'
import { TimelineRun as TimelineRunSchema } from '../../contract/past.ts'
import { pageLimit } from './log-query.ts'
import type { SessionQuery } from './ports.ts'
import type { Queryable } from './reader.ts'
import { integer, integerOrNull, type Row, text, textOrNull } from './row.ts'
import { runNameOf, summaryOf } from './run-name.ts'
import { namedBook } from './sqlite-notebooks.ts'

/** Most runs of one page of a timeline. */
const MOST_RUNS = 5000

const At = z.object({ at: z.string() })

export class SqliteSessions {
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  list({ notebook, replays, limit }: SessionQuery): readonly SessionLine[] {
    return this.#db
      .prepare(
        `SELECT * FROM sessions WHERE (:book IS NULL OR book = :book)
           AND (:replays = 1 OR purpose IS NULL) ORDER BY started_seq DESC LIMIT :limit`,
      )
      .all({
        book: notebook === undefined ? null : namedBook(this.#db, notebook),
        replays: replays === true ? 1 : 0,
        limit: pageLimit(limit === undefined ? {} : { limit }),
      })
      .map((row) => ({
        session: text(row, 'session'),
        notebook: text(row, 'notebook'),
        started: this.#timeOf(integer(row, 'started_seq')),
        ended: this.#timeOf(integerOrNull(row, 'ended_seq')),
        runs: this.#count(text(row, 'session')),
      }))
  }

  resolve(prefix: string): readonly string[] {
    const found = this.#db
      .prepare('SELECT session FROM sessions WHERE session >= ? AND session < ? ORDER BY session LIMIT 20')
      .all(prefix, `${prefix}\u{10ffff}`)
      .map((row) => text(row, 'session'))
    return found.includes(prefix) ? [prefix] : prefix.length < 4 ? [] : found
  }

  timeline(session: string, after: number, limit: number): Timeline | null {
    const most = Math.max(1, Math.min(limit, MOST_RUNS))
    const rows = this.#db
      .prepare(
        `SELECT place, summary, thumbnail FROM runs
         WHERE session = ? AND place > ? AND ended_seq IS NOT NULL ORDER BY place LIMIT ?`,
      )
      .all(session, after, most + 1)
    const known = this.#db.prepare('SELECT * FROM sessions WHERE session = ?').get(session)
    const runs = rows.slice(0, most).map(timelineRun)
    const [first] = rows
    if (known === undefined && first === undefined) return null
    return {
      session,
      notebook: known === undefined ? runNameOf(first ?? {}).notebook : text(known, 'notebook'),
      started: known === undefined ? null : this.#timeOf(integer(known, 'started_seq')),
      ended: known === undefined ? null : this.#timeOf(integerOrNull(known, 'ended_seq')),
      total: this.#count(session),
      runs,
      next: rows.length > most ? (runs.at(-1)?.order ?? null) : null,
    }
  }

  moment(session: string, order: number): Moment | null {
    const at = { session, order }
    const cells = this.#db
      .prepare(
        `SELECT place, summary FROM runs WHERE ended_seq IN (
           SELECT max(ended_seq) FROM runs
           WHERE session = :session AND place <= :order AND cell_id IS NOT NULL AND ended_seq IS NOT NULL
           GROUP BY cell_id)`,
      )
      .all(at)
      .map(runNameOf)
    if (cells.length === 0 && this.timeline(session, 0, 1) === null) return null
    // SQLite takes the other columns from the row of the maximum (https://sqlite.org/lang_select.html#bareagg).
    const variables = this.#db
      .prepare(
        `WITH last AS (
           SELECT edges.name, edges.digest, edges.deleted, max(edges.ended) AS ended
           FROM runs JOIN edges ON edges.ended = runs.ended_seq AND generated = 1
           WHERE session = :session AND place <= :order GROUP BY edges.name)
         SELECT names.name, last.digest, last.deleted, place, summary
         FROM last JOIN names ON names.id = last.name AND names.kind = 'variable'
         JOIN runs ON runs.ended_seq = last.ended ORDER BY names.name`,
      )
      .all(at)
      .filter((row) => integer(row, 'deleted') === 0)
      .map((row) => ({ name: text(row, 'name'), digest: textOrNull(row, 'digest'), by: runNameOf(row) }))
    return { session, order, cells: cells.toSorted((a, b) => (a.cell ?? 0) - (b.cell ?? 0)), variables }
  }

  #count(session: string): number {
    const row = this.#db
      .prepare('SELECT count(*) AS runs FROM runs WHERE session = ? AND ended_seq IS NOT NULL')
      .get(session)
    return row === undefined ? 0 : integer(row, 'runs')
  }

  #timeOf(seq: number | null): string | null {
    const row = seq === null ? undefined : this.#db.prepare('SELECT at FROM log WHERE seq = ?').get(seq)
    return row === undefined ? null : At.parse(row).at
  }
}

function timelineRun(row: Row): TimelineRun {
  const { run, cell, cellId, outcome, title, started, ended, durationMs, usedNames, generatedNames } =
    summaryOf(row)
  const thumbnail = textOrNull(row, 'thumbnail')
  return {
    run,
    order: integer(row, 'place'),
    cell,
    cellId,
    outcome,
    title,
    started,
    ended,
    durationMs,
    usedNames,
    generatedNames,
    thumbnail: thumbnail === null ? null : TimelineRunSchema.shape.thumbnail.parse(JSON.parse(thumbnail)),
  }
}
