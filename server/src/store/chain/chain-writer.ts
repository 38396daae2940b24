/** Writes links of the chain. All functions run inside the caller's transaction. */
import type { DatabaseSync } from 'node:sqlite'
import type { HistoryChained } from '../log-entry.ts'
import { prepared } from '../prepared.ts'
import type { Queryable } from '../reader.ts'
import { bytes, integer, type Row, text } from '../row.ts'
import { entryDigest, GENESIS, type Head, linkHash, newSalt } from './links.ts'

const HEAD = 'SELECT seq, hash FROM chain ORDER BY seq DESC LIMIT 1'

/** Links the entry `seq`, which must be the last of the log. */
export function chainEntry(db: DatabaseSync, seq: number, body: string): void {
  addLink(db, headIn(prepared(db, HEAD).get()).hash, seq, body)
}

function addLink(db: DatabaseSync, previous: Uint8Array, seq: number, body: string): Buffer {
  const salt = newSalt()
  const digest = entryDigest(salt, body)
  const hash = linkHash(previous, seq, digest)
  prepared(db, 'INSERT INTO chain (seq, salt, digest, hash) VALUES (?, ?, ?, ?)').run(seq, salt, digest, hash)
  return hash
}

/** The last link; number 0 where there is none. */
export const headOf = (db: Queryable): Head => headIn(db.prepare(HEAD).get())

function headIn(row: Row | undefined): Head {
  return row === undefined
    ? { seq: 0, hash: GENESIS }
    : { seq: integer(row, 'seq'), hash: bytes(row, 'hash') }
}

/** Links every entry of a log that has no chain yet, and appends an entry that says so. Does nothing to an empty log. */
export function chainExisting(db: DatabaseSync, at: string): void {
  let previous: Uint8Array = GENESIS
  let [last, entries] = [0, 0]
  const page = db.prepare('SELECT seq, body FROM log WHERE seq > ? ORDER BY seq LIMIT 1000')
  for (let rows = page.all(0); rows.length > 0; rows = page.all(last)) {
    for (const row of rows) {
      last = integer(row, 'seq')
      previous = addLink(db, previous, last, text(row, 'body'))
    }
    entries += rows.length
  }
  if (entries === 0) return
  const entry: HistoryChained = { type: 'history-chained', at, entries, last }
  const body = JSON.stringify(entry)
  const { lastInsertRowid } = prepared(db, 'INSERT INTO log (at, type, body) VALUES (?, ?, ?)').run(
    at,
    entry.type,
    body,
  )
  addLink(db, previous, Number(lastInsertRowid), body)
}
