/** What SQLite opens as a history. Invariant: it is never given a FIFO or a device: its first read would not end. */
import { statSync } from 'node:fs'
import { StoreError } from './errors.ts'

/** Throws `StoreError` `special` where the database, or a file that SQLite keeps beside it, is something else than a file. */
export function requireHistoryFiles(database: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    const path = database + suffix
    const found = statSync(path, { throwIfNoEntry: false })
    if (found !== undefined && !found.isFile())
      throw new StoreError('special', `${path} belongs to the history, but is not a regular file`)
  }
}
