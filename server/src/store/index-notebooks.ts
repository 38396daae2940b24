/**
 * Which notebook the entries of the log are about. Invariant: a session belongs to one notebook, and its runs with it,
 * whatever the path was called then or is called now; a replay belongs to the notebook of what it repeats.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { CheckpointMade, NotebookPlaced, RunQueued, SessionStarted } from './log-entry.ts'
import { prepared } from './prepared.ts'
import type { Queryable } from './reader.ts'
import { type Row, text } from './row.ts'

/** The prefix of the id of a notebook to which the log has given none; its path follows. */
export const UNPLACED = 'path:'
const unplaced = (path: string): string => UNPLACED + path

const bookIn = (row: Row | undefined): string | null => (row === undefined ? null : text(row, 'book'))

/** The notebook at a path, or that was last there. */
export const bookAt = (db: Queryable, path: string): string =>
  bookIn(db.prepare('SELECT book FROM places WHERE path = ?').get(path)) ?? unplaced(path)

/** The notebook of a session that begins. */
export function bookOfSession(db: DatabaseSync, seq: number, entry: SessionStarted): string {
  if (entry.purpose !== null) return bookOf(db, entry.purpose.of) ?? bookAt(db, entry.notebook)
  if (entry.documentId === null) return bookAt(db, entry.notebook)
  if (!isKnown(db, entry.documentId)) placeUnannounced(db, seq, entry.documentId, entry.notebook)
  return entry.documentId
}

export const bookOfRun = (db: DatabaseSync, { session, notebook }: RunQueued): string =>
  bookIn(prepared(db, 'SELECT book FROM sessions WHERE session = ?').get(session)) ?? bookAt(db, notebook)

export const bookOfCheckpoint = (db: DatabaseSync, { documentId, notebook }: CheckpointMade): string =>
  documentId !== null && isKnown(db, documentId) ? documentId : bookAt(db, notebook)

/** The notebook of a run, session or checkpoint; null where it is unknown. */
export function bookOf(db: Queryable, of: string): string | null {
  const run = db.prepare('SELECT book FROM runs WHERE run = ?').get(of)
  const record = run ?? db.prepare('SELECT book FROM sessions WHERE session = ?').get(of)
  return bookIn(record ?? db.prepare('SELECT book FROM checkpoints WHERE checkpoint = ?').get(of))
}

/** Takes in where a notebook is. One that was at its path until now is not there any more. */
export function placeNotebook(db: DatabaseSync, seq: number, entry: NotebookPlaced): void {
  const { notebookId, path, why, copiedFrom, marks } = entry
  if (isSeenTwice(db, entry)) return
  if (why === 'first') claim(db, unplaced(path), notebookId)
  const state = why === 'trashed' ? 'trashed' : 'there'
  prepared(
    db,
    `INSERT INTO notebooks (id, path, state, copied_from, marks, placed_seq) VALUES (:id, :path, :state, :from, :marks, :seq)
     ON CONFLICT (id) DO UPDATE SET path = :path, state = :state, copied_from = coalesce(copied_from, :from),
       marks = coalesce(:marks, marks), placed_seq = :seq`,
  ).run({
    id: notebookId,
    path,
    state,
    from: copiedFrom,
    marks: marks === null ? null : JSON.stringify(marks),
    seq,
  })
  if (state === 'there') takePath(db, path, notebookId)
}

/** Two processes saw a new file in the same moment: the first of them has named it. */
function isSeenTwice(db: DatabaseSync, { notebookId, path, why, marks }: NotebookPlaced): boolean {
  if ((why !== 'first' && why !== 'copied') || marks === null || marks.file === null) return false
  return (
    prepared(db, "SELECT 1 FROM notebooks WHERE path = ? AND state = 'there' AND id <> ? AND marks = ?").get(
      path,
      notebookId,
      JSON.stringify(marks),
    ) !== undefined
  )
}

/** A history from before notebooks were placed: the document's id is the notebook's. */
function placeUnannounced(db: DatabaseSync, seq: number, id: string, path: string): void {
  const isFirst = prepared(db, 'SELECT 1 FROM places WHERE path = ?').get(path) === undefined
  if (isFirst) claim(db, unplaced(path), id)
  prepared(
    db,
    "INSERT INTO notebooks (id, path, state, placed_seq) VALUES (?, ?, 'there', ?) ON CONFLICT DO NOTHING",
  ).run(id, path, seq)
  takePath(db, path, id)
}

function takePath(db: DatabaseSync, path: string, id: string): void {
  prepared(db, "UPDATE notebooks SET state = 'displaced' WHERE path = ? AND id <> ? AND state = 'there'").run(
    path,
    id,
  )
  prepared(db, 'INSERT INTO places VALUES (:path, :id) ON CONFLICT (path) DO UPDATE SET book = :id').run({
    path,
    id,
  })
}

function claim(db: DatabaseSync, from: string, to: string): void {
  for (const table of ['sessions', 'runs', 'checkpoints'])
    prepared(db, `UPDATE ${table} SET book = ? WHERE book = ?`).run(to, from)
}

const isKnown = (db: DatabaseSync, id: string): boolean =>
  prepared(db, 'SELECT 1 FROM notebooks WHERE id = ?').get(id) !== undefined
