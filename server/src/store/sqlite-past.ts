/** Runs by what they have to do with: their numbers, who used what they made, the states of a thing, checkpoints. */
import type { Checkpoint, HistoryEntry, RunName } from '../../contract/past.ts'
import type { Edge } from '../../contract/run.ts'
import { endedAt, entryAt } from './entry-at.ts'
import { cursorSeq, nameIds, pageLimit } from './log-query.ts'
import { isOwnRecord } from './own-record.ts'
import { type Parts, partsOverlap } from './parts.ts'
import type { HistoryQuery, RunFigures } from './ports.ts'
import type { Queryable } from './reader.ts'
import { integer, type Row, text } from './row.ts'
import { runNameOf } from './run-name.ts'
import { partsOf } from './sqlite-links.ts'
import { namedBook } from './sqlite-notebooks.ts'

/** So many later states of a name, in all sessions, are looked through for one of this session. */
const LATER = 500
/** So many states are looked through for a page of one notebook's. */
const STATES = 5000

export class SqlitePast {
  readonly #db: Queryable

  constructor(db: Queryable) {
    this.#db = db
  }

  runNames(runs: readonly string[]): readonly RunName[] {
    return this.#db
      .prepare(
        `SELECT place, summary FROM runs WHERE run IN (SELECT value FROM json_each(?)) AND ended_seq IS NOT NULL
         ORDER BY ended_seq`,
      )
      .all(JSON.stringify(runs))
      .map(runNameOf)
  }

  numbers(runs: readonly string[]): ReadonlyMap<string, RunFigures> {
    const rows = this.#db
      .prepare(
        `SELECT run, metric, name, value FROM runs JOIN numbers ON numbers.ended = runs.ended_seq
         WHERE run IN (SELECT value FROM json_each(?))`,
      )
      .all(JSON.stringify(runs))
    const found = new Map<string, { parameters: Record<string, number>; metrics: Record<string, number> }>()
    for (const row of rows) {
      const run = text(row, 'run')
      const figures = found.get(run) ?? { parameters: {}, metrics: {} }
      found.set(run, figures)
      const side = integer(row, 'metric') === 1 ? figures.metrics : figures.parameters
      side[text(row, 'name')] = integer(row, 'value')
    }
    return found
  }

  laterVersion(
    name: string,
    run: string,
    parts: Parts,
  ): { readonly run: string; readonly deleted: boolean } | null {
    // From the session's end backwards: other sessions use the same names, mostly before or after it.
    const rows = this.#db
      .prepare(
        `SELECT runs.run, later.deleted, later.parts FROM runs AS maker JOIN (
           SELECT ended, deleted, parts FROM edges
           WHERE name = (SELECT id FROM names WHERE kind = 'variable' AND name = :name) AND generated = 1
             AND ended > (SELECT ended_seq FROM runs WHERE run = :run)
             AND ended <= (SELECT max(ended_seq) FROM runs WHERE ended_seq IS NOT NULL
               AND session = (SELECT session FROM runs WHERE run = :run))
           ORDER BY ended DESC LIMIT :most) AS later
         JOIN runs ON runs.ended_seq = later.ended AND runs.session = maker.session
         WHERE maker.run = :run ORDER BY later.ended DESC`,
      )
      .iterate({ name, run, most: LATER })
    for (const row of rows)
      if (partsOverlap(partsOf(row), parts))
        return { run: text(row, 'run'), deleted: integer(row, 'deleted') === 1 }
    return null
  }

  lastSource(run: string): string | null {
    const row = this.#db
      .prepare(
        `SELECT last.source_digest FROM runs JOIN runs AS last ON last.cell_id = runs.cell_id AND last.book = runs.book
         WHERE runs.run = ? AND last.ended_seq IS NOT NULL
           AND last.session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL)
         ORDER BY last.ended_seq DESC LIMIT 1`,
      )
      .get(run)
    return row === undefined ? null : text(row, 'source_digest')
  }

  lastRuns(notebook: string): ReadonlyMap<string, string> {
    // SQLite takes the other columns from the row of the maximum (https://sqlite.org/lang_select.html#bareagg).
    const rows = this.#db
      .prepare(
        `SELECT cell_id, run, max(ended_seq) FROM runs
         WHERE book = ? AND cell_id IS NOT NULL AND ended_seq IS NOT NULL AND started_seq IS NOT NULL
           AND session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL)
         GROUP BY cell_id`,
      )
      .all(namedBook(this.#db, notebook))
    return new Map(rows.map((row) => [text(row, 'cell_id'), text(row, 'run')]))
  }

  history(query: HistoryQuery): { readonly versions: readonly HistoryEntry[]; readonly next: string | null } {
    const limit = pageLimit(query)
    const before = query.before === undefined ? Number.MAX_SAFE_INTEGER : cursorSeq(query.before)
    const names = nameIds(this.#db, query.name, query.kind)
    const rows = this.#statesOf(names, before, query.notebook, limit + 1)
    const shown = rows.slice(0, limit)
    const last = shown.at(-1)
    return {
      versions: shown.flatMap((row) => this.#versionsAt(row, query)),
      next: rows.length > limit && last !== undefined ? String(integer(last, 'ended_seq')) : null,
    }
  }

  #statesOf(names: readonly number[], before: number, notebook: string | undefined, limit: number) {
    return this.#db
      .prepare(
        `SELECT ended_seq, place, summary FROM runs WHERE ended_seq IN (
           SELECT DISTINCT ended FROM edges WHERE name IN (SELECT value FROM json_each(:names))
             AND generated = 1 AND ended < :before ORDER BY ended DESC LIMIT :most)
         AND (:book IS NULL OR book = :book)
         AND session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL) ORDER BY ended_seq DESC LIMIT :limit`,
      )
      .all({ names: JSON.stringify(names), before, most: STATES, book: this.#book(notebook), limit })
  }

  #versionsAt(row: Row, { name, kind }: HistoryQuery): readonly HistoryEntry[] {
    const { generated } = endedAt(this.#db, integer(row, 'ended_seq'))
    const by = runNameOf(row)
    return generated
      .filter((edge) => edge.name === name && isOfKind(edge, kind) && !isOwnRecord(edge))
      .map((edge) => ({ by, edge }))
  }

  checkpoints(notebook?: string): readonly Checkpoint[] {
    return this.#db
      .prepare('SELECT seq FROM checkpoints WHERE :book IS NULL OR book = :book ORDER BY seq DESC')
      .all({ book: this.#book(notebook) })
      .map((row) => {
        const {
          type: _type,
          documentId: _id,
          ...checkpoint
        } = entryAt(this.#db, integer(row, 'seq'), 'checkpoint-made')
        return checkpoint
      })
  }

  #book(notebook: string | undefined): string | null {
    return notebook === undefined ? null : namedBook(this.#db, notebook)
  }

  dropped(digests: readonly string[]): ReadonlySet<string> {
    const rows = this.#db
      .prepare('SELECT digest FROM dropped WHERE digest IN (SELECT value FROM json_each(?))')
      .all(JSON.stringify(digests))
    return new Set(rows.map((row) => text(row, 'digest')))
  }
}

function isOfKind({ kind, facets }: Edge, wanted: HistoryQuery['kind']): boolean {
  if (wanted === undefined) return true
  return wanted === 'model' ? kind === 'variable' && facets?.model !== undefined : kind === wanted
}
