/**
 * The chain of a salvaged log. Links that are as they were stay, and with them the signed heads. From the first link that
 * is lost or damaged on, the hashes are computed again and the heads removed: they cannot be checked any more.
 */
import type { DatabaseSync } from 'node:sqlite'
import { entryDigest, GENESIS, hex, linkHash, newSalt } from '../chain/links.ts'
import { prepared } from '../prepared.ts'
import { bytes, integer, text } from '../row.ts'

export interface Relinked {
  /** The first entry whose hash was computed again; null where none was. */
  readonly from: number | null
  /** Entries before it whose text is not what their link says. */
  readonly entries: readonly { readonly seq: number; readonly original: string; readonly digest: string }[]
}

/** Inside the caller's transaction. `last` is the largest number that the log has given out. */
export function relink(db: DatabaseSync, unverified: ReadonlySet<number>, last: number): Relinked {
  const from = firstBadLink(db, last)
  if (from !== null) relinkFrom(db, from, unverified)
  const before = [...unverified].filter((seq) => from === null || seq < from)
  return { from, entries: before.toSorted((a, b) => a - b).map((seq) => replaceSalt(db, seq)) }
}

/** Numbers are given out without gaps: a gap is a lost link. */
function firstBadLink(db: DatabaseSync, last: number): number | null {
  let previous: Uint8Array = GENESIS
  let before = 0
  for (const row of db.prepare('SELECT seq, digest, hash FROM chain ORDER BY seq').iterate()) {
    const seq = integer(row, 'seq')
    const hash = bytes(row, 'hash')
    if (seq !== before + 1 || hex(hash) !== hex(linkHash(previous, seq, bytes(row, 'digest'))))
      return before + 1
    previous = hash
    before = seq
  }
  return before < last ? before + 1 : null
}

function relinkFrom(db: DatabaseSync, from: number, unverified: ReadonlySet<number>): void {
  db.prepare('DELETE FROM heads WHERE seq >= ?').run(from)
  db.prepare('DELETE FROM chain WHERE seq >= ? AND seq NOT IN (SELECT seq FROM log)').run(from)
  const row = db.prepare('SELECT hash FROM chain WHERE seq < ? ORDER BY seq DESC LIMIT 1').get(from)
  let previous: Uint8Array = row === undefined ? GENESIS : bytes(row, 'hash')
  const page = db.prepare('SELECT seq, body FROM log WHERE seq > ? ORDER BY seq LIMIT 1000')
  for (let rows = page.all(from - 1), at = from; rows.length > 0; rows = page.all(at)) {
    for (const entry of rows) {
      at = integer(entry, 'seq')
      previous = relinkEntry(db, at, text(entry, 'body'), previous, !unverified.has(at))
    }
  }
}

function relinkEntry(
  db: DatabaseSync,
  seq: number,
  body: string,
  previous: Uint8Array,
  isVerified: boolean,
): Buffer {
  const known = isVerified ? prepared(db, 'SELECT salt, digest FROM chain WHERE seq = ?').get(seq) : undefined
  const salt = known === undefined ? newSalt() : bytes(known, 'salt')
  const digest = known === undefined ? entryDigest(salt, body) : bytes(known, 'digest')
  const hash = linkHash(previous, seq, digest)
  prepared(db, 'INSERT OR REPLACE INTO chain VALUES (?, ?, ?, ?)').run(seq, salt, digest, hash)
  return hash
}

function replaceSalt(db: DatabaseSync, seq: number): Relinked['entries'][number] {
  const row = prepared(
    db,
    'SELECT body, digest FROM log JOIN chain ON chain.seq = log.seq WHERE log.seq = ?',
  ).get(seq)
  if (row === undefined) throw new Error(`entry ${seq} has no link`)
  const salt = newSalt()
  prepared(db, 'UPDATE chain SET salt = ? WHERE seq = ?').run(salt, seq)
  return { seq, original: hex(bytes(row, 'digest')), digest: hex(entryDigest(salt, text(row, 'body'))) }
}
