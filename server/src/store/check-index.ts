/**
 * Checks the index against the log: folded anew, in memory, it must be what stands in the file. The file is attached
 * to be read only; what it has beside the index (the log) is found in it by its name.
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
    // One moment of the file for all that follows, whoever writes meanwhile.
    memory.exec('BEGIN')
    new IndexWriter(memory).rebuild()
    return indexTables
      .filter((table) => differs(memory, table))
      .map((table) => `the index ("${table}") is not what the log says: "yesterday fsck --rebuild" mends it`)
  } finally {
    memory.close()
  }
}

/** As `openForReading` does: where there is no place for WAL's side files, nobody writes. */
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
