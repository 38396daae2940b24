/** Where a project keeps its history: `.yesterday/` in the project folder, as git keeps `.git/`. For its owner alone. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { claimWorkspace } from '../user/workspace.ts'
import { asStoreError, StoreError } from './errors.ts'
import { requireHistoryFiles } from './history-files.ts'
import { tighten } from './modes.ts'
import { finishSwap } from './swap.ts'

export const FOLDER = '.yesterday'

export const StorePaths = z
  .object({ folder: z.string(), database: z.string(), objects: z.string() })
  .readonly()
export type StorePaths = z.infer<typeof StorePaths>

export function storePaths(root: string): StorePaths {
  const folder = join(root, FOLDER)
  return { folder, database: join(folder, 'history.db'), objects: join(folder, 'objects') }
}

/** Whether a history is there, or what is left of one. */
export const isHistoryAt = ({ database, objects }: StorePaths): boolean =>
  existsSync(database) || existsSync(`${database}-wal`) || hasObjects(objects)

/**
 * SQLite takes an empty file for a new database, and removes the WAL that belonged to the old one. Throws `damaged` where
 * that would happen. What is left of a history is looked at first, for another program may be making a new one.
 */
export function refuseLostDatabase({ database, objects }: StorePaths): void {
  requireHistoryFiles(database)
  const hadHistory = sizeOf(`${database}-wal`) > 0 || hasObjects(objects)
  if (!hadHistory || sizeOf(database) > 0) return
  const what = existsSync(database) ? 'is empty' : 'is missing'
  throw new StoreError(
    'damaged',
    `the history is damaged: ${database} ${what}, but other files of it are there`,
  )
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

const hasObjects = (folder: string): boolean =>
  existsSync(folder) && readdirSync(folder).some((name) => /^[0-9a-f]{2}$/.test(name))

/**
 * Makes the folder and an empty database file, closed to others from their first moment. Idempotent. Throws
 * `untrusted` for a folder that was made elsewhere, `damaged` where the database of a history is gone.
 */
export function prepareFolder(paths: StorePaths): void {
  prepareBare(paths)
  try {
    finishSwap(paths)
    refuseLostDatabase(paths)
    // SQLite gives its side files the mode of the database.
    closeSync(openSync(paths.database, 'a', 0o600))
    tighten(paths)
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** As `prepareFolder`, without a database. */
export function prepareBare(paths: StorePaths): void {
  try {
    if (claimWorkspace(paths.folder).kind === 'foreign')
      throw new StoreError('untrusted', `the history in ${paths.folder} was not made on this machine`)
    mkdirSync(paths.objects, { recursive: true, mode: 0o700 })
    const ignore = join(paths.folder, '.gitignore')
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: 0o600 })
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}
