/** Keeps the index in step with an entry that was replaced. Invariant: afterwards it is what a rebuild would give. */
import type { DatabaseSync } from 'node:sqlite'
import type { Edge } from '../../contract/run.ts'
import type { IndexWriter } from './index-writer.ts'
import { type LogEntry, RunEnded, type RunQueued } from './log-entry.ts'
import { prepared } from './prepared.ts'
import { integer, integerOrNull, text } from './row.ts'

/** Follows the replacement inside the caller's transaction. False if only a rebuild gives the right index. */
export function replaceInIndex(db: DatabaseSync, index: IndexWriter, seq: number, entry: LogEntry): boolean {
  switch (entry.type) {
    case 'run-queued':
      if (!isSameNotebook(db, 'runs', 'id', seq, entry.notebook)) return false
      replaceQueued(db, index, seq, entry)
      return true
    case 'run-ended':
      return replaceEnded(db, index, seq, entry)
    case 'session-started':
      prepared(db, 'UPDATE sessions SET purpose = ? WHERE started_seq = ?').run(
        entry.purpose?.kind ?? null,
        seq,
      )
      return isSameNotebook(db, 'sessions', 'started_seq', seq, entry.notebook)
    case 'checkpoint-made':
      prepared(db, 'UPDATE checkpoints SET name = ? WHERE seq = ?').run(entry.name, seq)
      return isSameNotebook(db, 'checkpoints', 'seq', seq, entry.notebook)
    case 'bytes-dropped':
    case 'content-read':
    case 'notebook-placed':
      return false
    default:
      return true
  }
}

/** By its path an entry says which notebook it is about, and later entries follow from that. */
function isSameNotebook(
  db: DatabaseSync,
  table: 'runs' | 'sessions' | 'checkpoints',
  key: 'id' | 'started_seq' | 'seq',
  seq: number,
  path: string,
): boolean {
  const row = prepared(db, `SELECT notebook FROM ${table} WHERE ${key} = ?`).get(seq)
  return row !== undefined && text(row, 'notebook') === path
}

function replaceQueued(db: DatabaseSync, index: IndexWriter, seq: number, queued: RunQueued): void {
  prepared(db, 'UPDATE runs SET notebook = ?, cell_id = ?, source_digest = ?, actor = ? WHERE id = ?').run(
    queued.notebook,
    queued.cellId,
    queued.sourceDigest,
    queued.actor.id,
    seq,
  )
  const row = prepared(db, 'SELECT ended_seq FROM runs WHERE id = ?').get(seq)
  const endedSeq = row === undefined ? null : integerOrNull(row, 'ended_seq')
  if (endedSeq === null) return
  const ended = prepared(db, 'SELECT body FROM log WHERE seq = ?').get(endedSeq)
  if (ended !== undefined) writeEnd(db, index, endedSeq, RunEnded.parse(JSON.parse(text(ended, 'body'))), seq)
}

/** The index numbers names in the order of their first use, which other names would change. */
function replaceEnded(db: DatabaseSync, index: IndexWriter, seq: number, ended: RunEnded): boolean {
  const row = prepared(db, 'SELECT id FROM runs WHERE ended_seq = ?').get(seq)
  if (row === undefined || namesOf(ended) !== indexedNames(db, seq)) return false
  writeEnd(db, index, seq, ended, integer(row, 'id'))
  return true
}

function writeEnd(db: DatabaseSync, index: IndexWriter, seq: number, ended: RunEnded, id: number): void {
  prepared(db, 'DELETE FROM edges WHERE ended = ?').run(seq)
  prepared(db, 'DELETE FROM numbers WHERE ended = ?').run(seq)
  index.writeEnd(seq, ended, id)
}

const namesOf = ({ used, generated }: RunEnded): string =>
  JSON.stringify(
    [used, generated].map((edges: readonly Edge[]) => edges.map(({ kind, name }) => [kind, name])),
  )

function indexedNames(db: DatabaseSync, seq: number): string {
  const rows = prepared(
    db,
    `SELECT generated, kind, names.name FROM edges JOIN names ON names.id = edges.name
     WHERE ended = ? ORDER BY generated, position`,
  ).all(seq)
  const side = (generated: number) =>
    rows
      .filter((row) => integer(row, 'generated') === generated)
      .map((row) => [text(row, 'kind'), text(row, 'name')])
  return JSON.stringify([side(0), side(1)])
}
