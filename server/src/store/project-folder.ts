/** Where a project keeps its history: `.yesterday/` in the project folder, as git keeps `.git/`. For its owner alone. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asStoreError } from './errors.ts'

export const FOLDER = '.yesterday'

export interface StorePaths {
  readonly folder: string
  readonly database: string
  readonly objects: string
}

export function storePaths(root: string): StorePaths {
  const folder = join(root, FOLDER)
  return { folder, database: join(folder, 'history.db'), objects: join(folder, 'objects') }
}

/** Makes the folder and an empty database file, closed to others from their first moment. Idempotent. */
export function prepareFolder(paths: StorePaths): void {
  try {
    mkdirSync(paths.objects, { recursive: true, mode: 0o700 })
    chmodSync(paths.folder, 0o700)
    const ignore = join(paths.folder, '.gitignore')
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: 0o600 })
    // SQLite gives its side files the mode of the database.
    closeSync(openSync(paths.database, 'a', 0o600))
    chmodSync(paths.database, 0o600)
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}
