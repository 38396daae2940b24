/** Puts another body in the place of an entry. The link keeps the digest of the first body and loses its salt. */
import type { DatabaseSync } from 'node:sqlite'
import { prepared } from '../prepared.ts'
import type { Replacement } from '../write-request.ts'

/** Inside the caller's transaction, which appends the record of it as well. */
export function replaceEntry(db: DatabaseSync, { seq, body, salt }: Omit<Replacement, 'entry'>): void {
  prepared(db, 'UPDATE log SET body = ? WHERE seq = ?').run(body, seq)
  prepared(db, 'UPDATE chain SET salt = ? WHERE seq = ?').run(salt, seq)
}
