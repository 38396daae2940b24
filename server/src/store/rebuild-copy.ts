/**
 * Rebuilds a history whose index is so damaged that its tables cannot be dropped: everything but the index is copied into
 * a new database, which takes the place of the damaged one. No program may have the history open.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate, syncFile, transaction } from './database.ts'
import { asStoreError, StoreError } from './errors.ts'
import { requireHistoryFiles } from './history-files.ts'
import { IndexWriter } from './index-writer.ts'
import type { StorePaths } from './project-folder.ts'
import { integer } from './row.ts'
import { migrations, truthTables } from './schema.ts'
import { asideName, swapDatabase } from './swap.ts'

export interface RebuiltCopy {
  readonly entries: number
  /** The folder, below that of the history, with the damaged database. */
  readonly aside: string
}

/** Throws `StoreError` `damaged` if more than the index is damaged; then nothing has changed. */
export function rebuildCopy(paths: StorePaths, now: Date): RebuiltCopy {
  const fresh = `rebuild-${process.pid}.db`
  const path = join(paths.folder, fresh)
  const aside = asideName(paths, 'damaged', now)
  rmSync(path, { force: true })
  try {
    const entries = copyTruth(path, paths.database)
    syncFile(path)
    swapDatabase(paths, fresh, aside)
    return { entries, aside }
  } catch (thrown) {
    rmSync(path, { force: true })
    const error = asStoreError(thrown)
    throw error.code === 'damaged'
      ? new StoreError('damaged', `more than the index is damaged: ${error.message}`)
      : error
  }
}

function copyTruth(path: string, damaged: string): number {
  requireHistoryFiles(damaged)
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
    migrate(db)
    db.prepare('ATTACH ? AS damaged').run(damaged)
    const version = db.prepare('PRAGMA damaged.user_version').get()
    if (version === undefined || integer(version, 'user_version') !== migrations.length)
      throw new StoreError('damaged', 'the history is of an older program')
    transaction(db, () => {
      for (const table of truthTables) db.exec(`INSERT INTO main.${table} SELECT * FROM damaged.${table}`)
      db.exec('DELETE FROM main.sqlite_sequence')
      db.exec('INSERT INTO main.sqlite_sequence SELECT * FROM damaged.sqlite_sequence')
    })
    // Names of tables that are missing here would be looked for there.
    db.exec('DETACH damaged')
    return transaction(db, () => new IndexWriter(db).rebuild())
  } finally {
    db.close()
  }
}
