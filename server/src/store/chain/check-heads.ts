/**
 * Checks the signed heads against the chain, and the chain against the head that this user remembers outside of the
 * project folder. So it is noticed that the whole chain was rewritten, that its end was cut off, and that an older copy
 * was put in its place.
 */

import type { Queryable } from '../reader.ts'
import { bytes, integer, text } from '../row.ts'
import { type HeadRecord, readHead } from './head-record.ts'
import { hex } from './links.ts'
import type { PinnedHead } from './pinned-head.ts'

/** Sentences on heads that are not what the chain says. */
export function headProblems(db: Queryable, pinned: PinnedHead | null): readonly string[] {
  const problems: string[] = []
  for (const row of db.prepare('SELECT seq, body FROM heads ORDER BY seq').iterate()) {
    const seq = integer(row, 'seq')
    const head = readHead(text(row, 'body'))
    if (head === null || head.seq !== seq) problems.push(`the head at entry ${seq} has no valid signature`)
    else if (hashAt(db, seq) !== head.hash)
      problems.push(
        `the hash chain was rewritten: at entry ${seq} it is not what was signed ${head.at} (key ${head.key})`,
      )
    if (problems.length > 0) break
  }
  return [...problems, ...pinProblems(db, pinned)]
}

function pinProblems(db: Queryable, pinned: PinnedHead | null): readonly string[] {
  if (pinned === null) return []
  const { seq, hash, at } = pinned
  const found = hashAt(db, seq)
  if (found === hash) return []
  if (found === null)
    return [
      `the log ends before entry ${seq}, which was signed here ${at}: its end was cut off, or this is an older copy`,
    ]
  return [`the hash chain was rewritten: at entry ${seq} it is not what was signed here ${at}`]
}

function hashAt(db: Queryable, seq: number): string | null {
  const row = db.prepare('SELECT hash FROM chain WHERE seq = ?').get(seq)
  return row === undefined ? null : hex(bytes(row, 'hash'))
}

/** The newest signed head; null where there is none. */
export function lastHead(db: Queryable): HeadRecord | null {
  const row = db.prepare('SELECT body FROM heads ORDER BY seq DESC LIMIT 1').get()
  return row === undefined ? null : readHead(text(row, 'body'))
}
