/** One project's storage on SQLite and plain files, in `.yesterday/` of its folder. */
import { check } from './check.ts'
import { openForReading } from './database.ts'
import { StoreError } from './errors.ts'
import { ObjectFiles } from './object-files.ts'
import type { RunIndex, Store } from './ports.ts'
import { prepareFolder, type StorePaths, storePaths } from './project-folder.ts'
import { projectKey } from './project-key.ts'
import { SqliteIndex } from './sqlite-index.ts'
import { SqliteLog } from './sqlite-log.ts'
import { SqliteObjects } from './sqlite-objects.ts'
import { SqliteUpdates } from './sqlite-updates.ts'
import { type Requests, Writer } from './writer.ts'

/** Opens the storage of the project folder `root`, making it where missing. Throws `StoreError`. */
export async function openStore({ root }: { readonly root: string }): Promise<Store> {
  const paths = storePaths(root)
  prepareFolder(paths)
  const writer = await Writer.open(paths.database)
  return assemble(writer, paths, root)
}

/** What can be asked without writing. */
export interface ReadOnlyStore {
  readonly objects: Pick<Store['objects'], 'get' | 'has' | 'size' | 'list'>
  readonly runs: Pick<Store['runs'], 'read'>
  readonly updates: Pick<Store['updates'], 'load' | 'findByPath'>
  readonly index: Omit<RunIndex, 'rebuild'>
  readonly check: Store['check']
  readonly close: Store['close']
}

/** Opens what is there to read it, at once and without making a history; throws `StoreError` `no-store` where nothing is. */
export function openStoreToRead({ root }: { readonly root: string }): ReadOnlyStore {
  const paths = storePaths(root)
  return assemble(noWriter, paths, root)
}

const noWriter: Requests = {
  request: () => Promise.reject(new StoreError('read-only', 'the store was opened to be read')),
  close: async () => undefined,
}

function assemble(writer: Requests, paths: StorePaths, root: string): Store {
  const db = openForReading(paths.database)
  const objects = new SqliteObjects(writer, db, new ObjectFiles(paths.objects))
  const runs = new SqliteLog(writer, db, objects)
  return {
    objects,
    runs,
    updates: new SqliteUpdates(writer, db),
    index: new SqliteIndex(writer, db, objects, root),
    key: projectKey(paths.folder),
    check: () => check(db, paths.database, objects, runs),
    close: async () => {
      if (db.isOpen) db.close()
      await writer.close()
    },
  }
}
