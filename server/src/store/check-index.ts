/**
 * Checks the index against the log: an index rebuilt in memory must equal the one in the file. The file is attached
 * read only; its other tables (the log) are found in it by name.
 */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { one } from './database.ts'
import { IndexWriter } from './index-writer.ts'
import { integer } from './row.ts'
import { indexSchema, indexTables } from './schema.ts'

/** Sentences on what differs; throws `StoreError` at an entry of the log that cannot be read. */
export function checkIndex(path: string): readonly string[] {
  const memory = new DatabaseSync(':memory:')
  try {
    attach(memory, path)
    memory.exec(
      `CREATE TABLE derived (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL); ${indexSchema}`,
    )
    // One snapshot of the file for all that follows; others may write meanwhile.
    memory.exec('BEGIN')
    new IndexWriter(memory).rebuild()
    return indexTables
      .filter((table) => differs(memory, table))
      .map((table) => `the index ("${table}") is not what the log says: "yesterday fsck --rebuild" mends it`)
  } finally {
    memory.close()
  }
}

/** As `openForReading` does: without a place for WAL's side files there is no writer. */
function attach(memory: DatabaseSync, path: string): void {
  const { href } = pathToFileURL(path)
  try {
    memory.prepare('ATTACH ? AS kept').run(`${href}?mode=ro`)
    memory.prepare('SELECT count(*) FROM kept.sqlite_schema').get()
  } catch {
    if (memory.location('kept') !== null) memory.exec('DETACH kept')
    memory.prepare('ATTACH ? AS kept').run(`${href}?mode=ro&immutable=1`)
  }
}

function differs(memory: DatabaseSync, table: string): boolean {
  const beyond = (more: string, other: string) =>
    `SELECT * FROM ${more}.${table} EXCEPT SELECT * FROM ${other}.${table}`
  const sql = `SELECT EXISTS (${beyond('main', 'kept')}) OR EXISTS (${beyond('kept', 'main')}) AS differs`
  return integer(one(memory, sql), 'differs') === 1
}
