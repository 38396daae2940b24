/** The derived edges as lineage asks for them. */
import type { DatabaseSync } from 'node:sqlite'
import { VersionKind } from '../../contract/run.ts'
import type { Link, RunLinks } from './ports.ts'
import { integer, type Row, text, textOrNull } from './row.ts'

/** Null when the run is unknown or has not ended. */
export function linksOf(db: DatabaseSync, run: string): RunLinks | null {
  const found = db
    .prepare(
      `SELECT id, runs.session, coalesce(sessions.started_seq, 0) AS session_seq, place
       FROM runs LEFT JOIN sessions ON sessions.session = runs.session
       WHERE run = ? AND runs.ended_seq IS NOT NULL`,
    )
    .get(run)
  if (found === undefined) return null
  const id = integer(found, 'id')
  return {
    run,
    session: text(found, 'session'),
    sessionSeq: integer(found, 'session_seq'),
    order: integer(found, 'place'),
    used: edgesOf(db, id, 0),
    generated: edgesOf(db, id, 1),
  }
}

function edgesOf(db: DatabaseSync, run: number, generated: 0 | 1): readonly Link[] {
  return db
    .prepare(
      `SELECT kind, names.name, digest, producer.run AS by
       FROM edges JOIN names ON names.id = edges.name LEFT JOIN runs AS producer ON producer.id = edges.by
       WHERE edges.run = ? AND generated = ? ORDER BY position`,
    )
    .all(run, generated)
    .map(linkOf)
}

const linkOf = (row: Row): Link => ({
  kind: VersionKind.parse(text(row, 'kind')),
  name: text(row, 'name'),
  digest: textOrNull(row, 'digest'),
  by: textOrNull(row, 'by'),
})

/** See `RunIndex.fileProducer`. A run that had not begun when the reader ended cannot have written what it read, nor can a replay, whose files are copies. */
export function producerOf(db: DatabaseSync, path: string, digest: string, reader: string): string | null {
  const row = db
    .prepare(
      `SELECT runs.run FROM runs AS reader
       JOIN names ON names.kind = 'file' AND names.name = :path
       JOIN edges ON edges.name = names.id AND edges.digest = :digest AND edges.generated = 1
       JOIN runs ON runs.id = edges.run
       WHERE reader.run = :reader AND runs.id <> reader.id
         AND (runs.session = reader.session
           OR runs.session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL))
         AND coalesce(runs.started_seq, runs.id) < reader.ended_seq
       ORDER BY runs.ended_seq < reader.ended_seq DESC, runs.ended_seq DESC LIMIT 1`,
    )
    .get({ path, digest, reader })
  return row === undefined ? null : text(row, 'run')
}
