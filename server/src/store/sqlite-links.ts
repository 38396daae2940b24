/** The derived edges as lineage asks for them. */
import { dirname, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { VersionKind } from '../../contract/run.ts'
import type { Link, RunLinks, Upstream } from './ports.ts'
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
    `SELECT kind, names.name, digest, producer.run AS by, parts
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
  parts: partsOf(row),
})

/** As `IndexWriter` wrote them. */
export function partsOf(row: Row): Link['parts'] {
  const parts = textOrNull(row, 'parts')
  return parts === null ? null : z.array(z.string()).parse(JSON.parse(parts))
}

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

/** See `RunIndex.upstream`: level by level, each in two questions however many runs it has. */
export function upstreamOf(
  db: DatabaseSync,
  root: string,
  run: string,
  depth: number,
  most: number,
): Upstream[] {
  const first = prepared(db, 'SELECT id, run FROM runs WHERE run = ? AND ended_seq IS NOT NULL').get(run)
  if (first === undefined) return []
  const found = new Map([[integer(first, 'id'), { run, steps: 0 }]])
  let front = [...found.keys()]
  for (let steps = 1; steps <= depth && front.length > 0 && found.size < most; steps++) {
    const next: number[] = []
    for (const { id, run: maker } of [...makersOf(db, front), ...fileMakersOf(db, root, front)]) {
      if (found.has(id) || found.size >= most) continue
      found.set(id, { run: maker, steps })
      next.push(id)
    }
    front = next
  }
  return [...found.values()]
}

interface Maker {
  readonly id: number
  readonly run: string
}

/** Who made what these runs used, as their records say. */
function makersOf(db: DatabaseSync, runs: readonly number[]): readonly Maker[] {
  return prepared(
    db,
    `SELECT id, run FROM runs WHERE ended_seq IS NOT NULL AND id IN (
       SELECT edges.by FROM json_each(?) AS asked JOIN runs ON runs.id = asked.value
         JOIN edges ON edges.ended = runs.ended_seq AND edges.generated = 0
       WHERE edges.by IS NOT NULL)`,
  )
    .all(JSON.stringify(runs))
    .map(maker)
}

/**
 * Who made the files and tables that these runs read, found by their content. The last that made this content before is
 * it, as a rule; where that is another file, or a replay's, all are looked at.
 */
function fileMakersOf(db: DatabaseSync, root: string, runs: readonly number[]): readonly Maker[] {
  const read = prepared(
    db,
    `SELECT names.kind, names.name, edges.digest, runs.run AS reader, runs.notebook,
       last.id, last.run, last.notebook AS last_notebook, made_names.kind AS made_kind, made_names.name AS made_name,
       made.ended < edges.ended
         AND last.session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL) AS is_sure
     FROM json_each(?) AS asked
       JOIN runs ON runs.id = asked.value
       JOIN edges INDEXED BY edges_outside ON edges.ended = runs.ended_seq AND edges.generated = 0
       JOIN names ON names.id = edges.name
       JOIN edges AS made ON made.digest = edges.digest AND made.generated = 1 AND made.ended = coalesce(
         (SELECT max(ended) FROM edges AS one WHERE one.digest = edges.digest AND one.generated = 1 AND one.ended < edges.ended),
         (SELECT min(ended) FROM edges AS one WHERE one.digest = edges.digest AND one.generated = 1))
       JOIN names AS made_names ON made_names.id = made.name
       JOIN runs AS last ON last.ended_seq = made.ended
     WHERE edges.by IS NULL AND edges.digest IS NOT NULL AND names.kind IN ('file', 'table')`,
  ).all(JSON.stringify(runs))
  const one = prepared(db, 'SELECT id, run FROM runs WHERE run = ?')
  return read.flatMap((row) => {
    const kind = text(row, 'kind') === 'table' ? 'table' : 'file'
    const name = text(row, 'name')
    const isIt =
      text(row, 'made_kind') === kind &&
      integer(row, 'is_sure') === 1 &&
      placeOf(root, text(row, 'last_notebook'), kind, text(row, 'made_name')) ===
        placeOf(root, text(row, 'notebook'), kind, name)
    if (isIt) return [maker(row)]
    const run = producerOf(db, root, { kind, name, digest: text(row, 'digest'), reader: text(row, 'reader') })
    return run === null ? [] : one.all(run).map(maker)
  })
}

const maker = (row: Row): Maker => ({ id: integer(row, 'id'), run: text(row, 'run') })

/** Notebooks name files from their own folder; on the disk each has one name. Tables have no folder. */
function placeOf(root: string, notebook: string, kind: string, name: string): string {
  return kind === 'file' ? resolve(root, dirname(notebook), name) : name
}
