/**
 * Writes a history again whose files were removed while it was open: the open connection still reads all of it, its WAL
 * included. Outside of a transaction, on the thread that writes.
 */
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { syncFile } from './database.ts'
import { asStoreError } from './errors.ts'
import type { StorePaths } from './project-folder.ts'
import { swapDatabase } from './swap.ts'

/** What has taken the history's place is set aside. The folder must be there. Throws `StoreError`; then nothing changed. */
export function writeAgain(db: DatabaseSync, paths: StorePaths, aside: string): void {
  const fresh = `again-${process.pid}.db`
  const path = join(paths.folder, fresh)
  try {
    rmSync(path, { force: true })
    db.prepare('VACUUM INTO ?').run(path)
    chmodSync(path, 0o600)
    syncFile(path)
    swapDatabase(paths, fresh, aside)
  } catch (thrown) {
    rmSync(path, { force: true })
    throw asStoreError(thrown)
  }
}
