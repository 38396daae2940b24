/** Runs as predictions learn from them: a few fields of each entry, without the rest of its record. */
import { z } from 'zod'
import { Digest } from '../../contract/ids.ts'
import { Edge, Receipt } from '../../contract/run.ts'
import type { FinishedRun } from './ports.ts'
import type { Queryable } from './reader.ts'
import { integer, type Row, text, textOrNull } from './row.ts'

const Body = z.object({
  used: z.array(Edge),
  generated: z.array(Edge),
  outputs: z.array(z.object({ size: z.number() })),
  cost: Receipt.shape.cost,
})

/** Ended runs after `after` in log order, replays left out; at most `limit`. One that cannot be read is left out. */
export function finishedRuns(db: Queryable, after: number, limit: number): readonly FinishedRun[] {
  return db
    .prepare(
      `SELECT ended_seq, run, runs.session, cell_id, source_digest, outcome, duration_ms, body FROM runs
       JOIN log ON log.seq = ended_seq
       WHERE ended_seq > ? AND started_seq IS NOT NULL
         AND runs.session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL)
       ORDER BY ended_seq LIMIT ?`,
    )
    .all(after, limit)
    .map((row) => finishedRun(db, row))
}

export function finishedBefore(db: Queryable, count: number): number {
  const row = db
    .prepare(
      'SELECT ended_seq FROM runs WHERE ended_seq IS NOT NULL ORDER BY ended_seq DESC LIMIT 1 OFFSET ?',
    )
    .get(count)
  return row === undefined ? 0 : integer(row, 'ended_seq')
}

function finishedRun(db: Queryable, row: Row): FinishedRun {
  const seq = integer(row, 'ended_seq')
  const read = Body.safeParse(JSON.parse(text(row, 'body')))
  const late =
    read.success && read.data.used.some(({ digest }) => digest === null) ? digestsOf(db, seq) : null
  return {
    seq,
    run: text(row, 'run'),
    session: text(row, 'session'),
    cellId: textOrNull(row, 'cell_id'),
    sourceDigest: Digest.parse(text(row, 'source_digest')),
    isOk: text(row, 'outcome') === 'ok' && read.success,
    durationMs: integer(row, 'duration_ms'),
    cost: read.data?.cost ?? null,
    outputBytes: read.data?.outputs.reduce((sum, { size }) => sum + size, 0) ?? 0,
    used: read.data?.used.map((edge, place) => withDigest(edge, late?.get(`0 ${place}`))) ?? [],
    generated: read.data?.generated.map((edge, place) => withDigest(edge, late?.get(`1 ${place}`))) ?? [],
  }
}

/** The digests that came behind the run's reply are in the index. */
function digestsOf(db: Queryable, ended: number): ReadonlyMap<string, string> {
  const rows = db
    .prepare('SELECT generated, position, digest FROM edges WHERE ended = ? AND digest IS NOT NULL')
    .all(ended)
  return new Map(
    rows.map((row) => [`${integer(row, 'generated')} ${integer(row, 'position')}`, text(row, 'digest')]),
  )
}

const withDigest = (edge: Edge, digest: string | undefined): Edge =>
  edge.digest === null && digest !== undefined ? { ...edge, digest } : edge
