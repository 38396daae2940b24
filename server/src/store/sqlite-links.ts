/** The derived edges as lineage asks for them. */
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { VersionKind } from '../../contract/run.ts'
import { isOwnPath, withoutOwnRecord } from './own-record.ts'
import type { Link, RunLinks, Upstream } from './ports.ts'
import type { Queryable } from './reader.ts'
import { integer, type Row, text, textOrNull } from './row.ts'

/** Null when the run is unknown or has not ended. */
export function linksOf(db: Queryable, run: string): RunLinks | null {
  const found = db
    .prepare(`SELECT runs.ended_seq AS ended, runs.session, coalesce(sessions.started_seq, 0) AS session_seq, place
       FROM runs LEFT JOIN sessions ON sessions.session = runs.session
       WHERE run = ? AND runs.ended_seq IS NOT NULL`)
    .get(run)
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

function edgesOf(db: Queryable, ended: number, generated: 0 | 1): readonly Link[] {
  const links = db
    .prepare(`SELECT kind, names.name, digest, producer.run AS by, parts
       FROM edges JOIN names ON names.id = edges.name LEFT JOIN runs AS producer ON producer.id = edges.by
       WHERE edges.ended = ? AND generated = ? ORDER BY position`)
    .all(ended, generated)
    .map(linkOf)
  return withoutOwnRecord(links)
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
export function producerOf(db: Queryable, root: string, read: ReadVersion): string | null {
  const reader = db
    .prepare('SELECT ended_seq, notebook, session FROM runs WHERE run = ? AND ended_seq IS NOT NULL')
    .get(read.reader)
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
  const before = db.prepare(`${made} AND edges.ended < ? ORDER BY edges.ended DESC LIMIT ?`)
  const overlapping = db.prepare(
    `${made} AND edges.ended > ? AND coalesce(runs.started_seq, runs.id) < ? ORDER BY edges.ended DESC LIMIT ?`,
  )
  const rows = [
    () => before.iterate(read.digest, session, ended, LOOKED),
    () => overlapping.iterate(read.digest, session, ended, ended, LOOKED),
  ]
  for (const found of rows) for (const row of found()) if (isIt(row)) return text(row, 'run')
  return null
}

/** See `RunIndex.upstream`: level by level, each in three questions however many runs it has. */
export function upstreamOf(
  db: Queryable,
  root: string,
  run: string,
  depth: number,
  most: number,
): Upstream[] {
  const first = db.prepare('SELECT id FROM runs WHERE run = ?').get(run)
  const found = new Map<number, Upstream>()
  let next = first === undefined ? [] : [integer(first, 'id')]
  for (let steps = 0; next.length > 0 && found.size < most; steps++) {
    const ended = endedOf(db, next).slice(0, most - found.size)
    for (const [id, name] of ended) found.set(id, { run: name, steps })
    if (steps === depth) break
    const front = ended.map(([, , end]) => end)
    const makers = new Set([...makersOf(db, front), ...fileMakersOf(db, root, front)])
    next = [...makers].filter((id) => !found.has(id))
  }
  return [...found.values()]
}

/** A run by its number in the index, its id, and the log position of its end, which its edges refer to. */
type Ended = readonly [id: number, run: string, ended: number]

/** One column that holds a list as JSON: of thousands of runs it comes in half the time that as many rows take. */
function listOf<T>(db: Queryable, sql: string, asked: readonly number[]): readonly T[] {
  const row = db.prepare(sql).get(JSON.stringify(asked))
  return row === undefined ? [] : JSON.parse(text(row, 'list'))
}

/** Those of these runs that have ended. */
const endedOf = (db: Queryable, ids: readonly number[]): readonly Ended[] =>
  listOf<Ended>(
    db,
    `SELECT json_group_array(json_array(id, run, ended_seq)) AS list
     FROM runs WHERE id IN (SELECT value FROM json_each(?)) AND ended_seq IS NOT NULL`,
    ids,
  )

/** Who made what these runs, by their ends, used, as their records say. */
const makersOf = (db: Queryable, front: readonly number[]): readonly number[] =>
  listOf<number>(
    db,
    `SELECT json_group_array(DISTINCT edges.by) AS list
     FROM json_each(?) AS asked JOIN edges ON edges.ended = asked.value AND edges.generated = 0
     WHERE edges.by IS NOT NULL`,
    front,
  )

/**
 * Who made the files and tables that these runs, by their ends, read, found by their content. The last that made this
 * content before is it where its notebook is the reader's and names it alike; else all are looked at.
 */
function fileMakersOf(db: Queryable, root: string, front: readonly number[]): readonly number[] {
  const read = db
    .prepare(`SELECT id, iif(is_it, NULL, kind) AS kind, iif(is_it, NULL, name) AS name,
       iif(is_it, NULL, digest) AS digest, iif(is_it, NULL, reader) AS reader, name AS named
     FROM (
       SELECT last.id, names.kind, names.name, edges.digest, runs.run AS reader,
         made.ended < edges.ended AND made.name = edges.name AND last.notebook = runs.notebook
           AND last.session NOT IN (SELECT session FROM sessions WHERE purpose IS NOT NULL) AS is_it
       FROM json_each(?) AS asked
         JOIN edges INDEXED BY edges_outside ON edges.ended = asked.value AND edges.generated = 0
         JOIN runs ON runs.ended_seq = edges.ended
         JOIN names ON names.id = edges.name
         JOIN edges AS made ON made.digest = edges.digest AND made.generated = 1 AND made.ended = coalesce(
           (SELECT max(ended) FROM edges AS one WHERE one.digest = edges.digest AND one.generated = 1 AND one.ended < edges.ended),
           (SELECT min(ended) FROM edges AS one WHERE one.digest = edges.digest AND one.generated = 1))
         JOIN runs AS last ON last.ended_seq = made.ended
       WHERE edges.by IS NULL AND edges.digest IS NOT NULL AND names.kind IN ('file', 'table'))`)
    .all(JSON.stringify(front))
  const one = db.prepare('SELECT id FROM runs WHERE run = ?')
  return read.flatMap((row) => {
    if (isOwnPath(text(row, 'named'))) return []
    const kind = textOrNull(row, 'kind')
    if (kind === null) return [integer(row, 'id')]
    const run = producerOf(db, root, {
      kind: kind === 'table' ? kind : 'file',
      name: text(row, 'name'),
      digest: text(row, 'digest'),
      reader: text(row, 'reader'),
    })
    return run === null ? [] : one.all(run).map((made) => integer(made, 'id'))
  })
}

/** Notebooks name files from their own folder; on the disk each has one name. Tables have no folder. */
function placeOf(root: string, notebook: string, kind: string, name: string): string {
  return kind === 'file' ? resolve(root, dirname(notebook), name) : name
}
