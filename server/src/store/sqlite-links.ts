/** The derived edges as lineage asks for them. */
import { dirname, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { VersionKind } from '../../contract/run.ts'
import type { Link, RunLinks } from './ports.ts'
import { prepared } from './prepared.ts'
import { integer, type Row, text, textOrNull } from './row.ts'

/** Null when the run is unknown or has not ended. */
export function linksOf(db: DatabaseSync, run: string): RunLinks | null {
  const found = prepared(
    db,
    `SELECT runs.ended_seq AS ended, runs.session, coalesce(sessions.started_seq, 0) AS session_seq, place
       FROM runs LEFT JOIN sessions ON sessions.session = runs.session
       WHERE run = ? AND runs.ended_seq IS NOT NULL`,
  ).get(run)
  if (found === undefined) return null
  const ended = integer(found, 'ended')
  return {
    run,
    session: text(found, 'session'),
    sessionSeq: integer(found, 'session_seq'),
    order: integer(found, 'place'),
    used: edgesOf(db, ended, 0),
    generated: edgesOf(db, ended, 1),
  }
}

function edgesOf(db: DatabaseSync, ended: number, generated: 0 | 1): readonly Link[] {
  return prepared(
    db,
    `SELECT kind, names.name, digest, producer.run AS by
       FROM edges JOIN names ON names.id = edges.name LEFT JOIN runs AS producer ON producer.id = edges.by
       WHERE edges.ended = ? AND generated = ? ORDER BY position`,
  )
    .all(ended, generated)
    .map(linkOf)
}

const linkOf = (row: Row): Link => ({
  kind: VersionKind.parse(text(row, 'kind')),
  name: text(row, 'name'),
  digest: textOrNull(row, 'digest'),
  by: textOrNull(row, 'by'),
})

/** So many states of the same content are looked at. */
const LOOKED = 1000

/** A file or table as its reader names it. */
export interface ReadVersion {
  readonly kind: 'file' | 'table'
  readonly name: string
  readonly digest: string
  readonly reader: string
}

/**
 * See `RunIndex.fileProducer`. A run that had not begun when the reader ended cannot have written what it read, nor can a
 * replay, whose files are copies.
 */
export function producerOf(db: DatabaseSync, root: string, read: ReadVersion): string | null {
  const reader = prepared(
    db,
    'SELECT ended_seq, notebook, session FROM runs WHERE run = ? AND ended_seq IS NOT NULL',
  ).get(read.reader)
  if (reader === undefined) return null
  const ended = integer(reader, 'ended_seq')
  const wanted = placeOf(root, text(reader, 'notebook'), read.kind, read.name)
  const isIt = (row: Row) =>
    text(row, 'kind') === read.kind &&
    placeOf(root, text(row, 'notebook'), read.kind, text(row, 'name')) === wanted
  const made = `SELECT runs.run, runs.notebook, kind, names.name FROM edges
    JOIN names ON names.id = edges.name JOIN runs ON runs.ended_seq = edges.ended
    WHERE edges.digest = ? AND edges.generated = 1
      AND (runs.session = ? OR runs.session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL))`
  const session = text(reader, 'session')
  const before = prepared(db, `${made} AND edges.ended < ? ORDER BY edges.ended DESC LIMIT ?`)
  const overlapping = prepared(
    db,
    `${made} AND edges.ended > ? AND coalesce(runs.started_seq, runs.id) < ? ORDER BY edges.ended DESC LIMIT ?`,
  )
  const rows = [
    () => before.iterate(read.digest, session, ended, LOOKED),
    () => overlapping.iterate(read.digest, session, ended, ended, LOOKED),
  ]
  for (const found of rows) for (const row of found()) if (isIt(row)) return text(row, 'run')
  return null
}

/** Notebooks name files from their own folder; on the disk each has one name. Tables have no folder. */
function placeOf(root: string, notebook: string, kind: string, name: string): string {
  return kind === 'file' ? resolve(root, dirname(notebook), name) : name
}
