/**
 * What arrives together is committed together: one transaction and one sync for all, a savepoint for each, so that
 * a refused request takes nothing with it. Invariant: every request is answered once, and only after the commit.
 */
import type { DatabaseSync } from 'node:sqlite'
import { scrub } from './database.ts'
import { asStoreError, type StoreError } from './errors.ts'
import type { IndexWriter } from './index-writer.ts'
import { prepared } from './prepared.ts'
import { write } from './write.ts'
import type { Numbered, WriteAnswer } from './write-request.ts'

/** Performs all requests, in order; the answers are in the same order. */
export function performAll(
  db: DatabaseSync,
  index: IndexWriter,
  group: readonly Numbered[],
): readonly WriteAnswer[] {
  const first = group.findIndex(({ request }) => request.type === 'scrub')
  if (first === -1) return commitGroup(db, index, group)
  const [before, alone, after] = [
    group.slice(0, first),
    group.slice(first, first + 1),
    group.slice(first + 1),
  ]
  return [
    ...commitGroup(db, index, before),
    ...alone.map((numbered) => scrubbed(db, numbered)),
    ...performAll(db, index, after),
  ]
}

function scrubbed(db: DatabaseSync, { id }: Numbered): WriteAnswer {
  try {
    scrub(db)
    return { id, ok: true, value: 0 }
  } catch (thrown) {
    return refusal(id, asStoreError(thrown))
  }
}

/** One transaction for all. */
function commitGroup(
  db: DatabaseSync,
  index: IndexWriter,
  group: readonly Numbered[],
): readonly WriteAnswer[] {
  if (group.length === 0) return []
  try {
    prepared(db, 'BEGIN IMMEDIATE').run()
    const answers = group.map((numbered) => attempt(db, index, numbered))
    prepared(db, 'COMMIT').run()
    return answers
  } catch (thrown) {
    if (db.isTransaction) db.exec('ROLLBACK')
    index.forget()
    const error = asStoreError(thrown)
    return group.map(({ id }) => refusal(id, error))
  }
}

function attempt(db: DatabaseSync, index: IndexWriter, { id, request }: Numbered): WriteAnswer {
  prepared(db, 'SAVEPOINT request').run()
  try {
    const value = write(db, index, request)
    prepared(db, 'RELEASE request').run()
    return { id, ok: true, value }
  } catch (thrown) {
    // A full disk may have ended the whole transaction: then nothing of the group was kept.
    if (!db.isTransaction) throw thrown
    db.exec('ROLLBACK TO request; RELEASE request')
    index.forget()
    return refusal(id, asStoreError(thrown))
  }
}

/** An error as it crosses the threads. */
export function refusal(id: number, error: StoreError): WriteAnswer {
  return { id, ok: false, code: error.code, message: error.message }
}
