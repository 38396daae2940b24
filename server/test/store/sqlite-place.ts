/** SQLite storage in a folder of its own, and its tables as they are on the disk. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../src/store/open-store.ts'
import { storePaths } from '../../src/store/project-folder.ts'
import { indexTables } from '../../src/store/schema.ts'
import type { Place } from './conformance.ts'

export interface SqlitePlace extends Place {
  readonly root: string
  /** Changes the database behind the store's back. */
  change(sql: string): void
}

export async function newPlace(): Promise<SqlitePlace> {
  const root = await mkdtemp(join(tmpdir(), 'yesterday-store-'))
  return {
    root,
    open: () => openStore({ root }),
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
    change: (sql) => {
      const db = new DatabaseSync(storePaths(root).database)
      db.exec(sql)
      db.close()
    },
  }
}

/** Every row of every derived table. */
export function indexRows(root: string): Readonly<Record<string, readonly unknown[]>> {
  const db = new DatabaseSync(storePaths(root).database, { readOnly: true })
  try {
    return Object.fromEntries(
      indexTables.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).all().toSorted(byContent)]),
    )
  } finally {
    db.close()
  }
}

const byContent = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
