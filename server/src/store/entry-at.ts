/** Entries of the log that the index names by their place. */
import { StoreError } from './errors.ts'
import { parseEntry } from './index-writer.ts'
import { withContents } from './late-content.ts'
import type { LogEntry } from './log-entry.ts'
import type { Queryable } from './reader.ts'
import { integer } from './row.ts'

type EntryOf<T extends LogEntry['type']> = Extract<LogEntry, { type: T }>

/** The log's entry at `seq`, of the type that the index says; throws `StoreError` where the log says otherwise. */
export function entryAt<T extends LogEntry['type']>(db: Queryable, seq: number, type: T): EntryOf<T> {
  const row = db.prepare('SELECT seq, body FROM log WHERE seq = ?').get(seq)
  const entry = row === undefined ? null : parseEntry(row)
  if (entry !== null && isOfType(entry, type)) return entry
  throw new StoreError('damaged', `the index names entry ${seq} as "${type}", the log does not`)
}

/** The entry of an ended run, with the digests that came behind it. */
export function endedAt(db: Queryable, seq: number): EntryOf<'run-ended'> {
  const rows = db.prepare('SELECT seq FROM contents WHERE ended = ? ORDER BY seq').all(seq)
  const contents = rows.map((row) => entryAt(db, integer(row, 'seq'), 'content-read'))
  return withContents(entryAt(db, seq, 'run-ended'), contents)
}

function isOfType<T extends LogEntry['type']>(entry: LogEntry, type: T): entry is EntryOf<T> {
  return entry.type === type
}
