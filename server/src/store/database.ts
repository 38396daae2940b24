/**
 * Opening `history.db`. Writers keep WAL and full sync: a settled write survives a power cut. Several processes may
 * open it at once; whoever comes first migrates, inside one transaction.
 */
import { closeSync, existsSync, fsyncSync, openSync, statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { asStoreError, StoreError } from './errors.ts'
import { integer, type Row } from './row.ts'
import { migrations } from './schema.ts'

/** How long a writer waits for another process, ms. */
const BUSY_TIMEOUT = 10_000

/** So many parsed statements are kept of a database that is read. */
const STATEMENTS = 200

/** For the one writer of a process. */
export function openForWriting(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864')
    migrate(db)
    return db
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** What WAL grows to before a checkpoint begins it anew: a thousand pages with their headers, bytes. */
const WAL_BYTES = 1000 * (4096 + 24)

/**
 * Lets WAL take its room on disk at once, some 20 ms: a commit that writes over what is there waits half as long as
 * one that makes the file longer. Where that cannot be (a full disk), commits are as they would have been.
 */
export function growWal(db: DatabaseSync, path: string): void {
  const wal = `${path}-wal`
  if ((statSync(wal, { throwIfNoEntry: false })?.size ?? 0) >= WAL_BYTES) return
  try {
    // What a small cache cannot hold is written before it is committed; here it never is.
    db.exec('PRAGMA cache_size = 10; BEGIN IMMEDIATE')
    db.prepare("INSERT INTO blobs VALUES ('', zeroblob(?))").run(WAL_BYTES)
  } catch {
    // Told by the next commit, if it meets the same.
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK')
    db.exec('PRAGMA cache_size = -2000')
  }
  syncFile(wal)
}

/** Else the first commit would wait for all of it. */
function syncFile(path: string): void {
  try {
    const file = openSync(path, 'r+')
    fsyncSync(file)
    closeSync(file)
  } catch {
    // The next commit syncs it.
  }
}

/** Refuses after its end as the storage refuses everything. */
class ReadingDatabase extends DatabaseSync {
  /** Walks along the edges ask the same few questions thousands of times; parsing them costs more than the answers. */
  readonly #statements = new Map<string, StatementSync>()

  override prepare(sql: string): StatementSync {
    if (!this.isOpen) throw new StoreError('closed', 'the store is closed')
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = super.prepare(sql)
    if (this.#statements.size >= STATEMENTS) this.#statements.clear()
    this.#statements.set(sql, statement)
    return statement
  }
}

/** For reading beside writers, also where the folder cannot be written. An older history is brought up to date first. */
export function openForReading(path: string): DatabaseSync {
  if (!existsSync(path)) throw new StoreError('no-store', `there is no history at ${path}`)
  try {
    const open = () => new ReadingDatabase(path, { readOnly: true, timeout: BUSY_TIMEOUT })
    const db = open()
    if (!isOlder(userVersion(db))) return readable(db)
    db.close()
    openForWriting(path).close()
    return readable(open())
  } catch (thrown) {
    const error = asStoreError(thrown)
    if (error.code !== 'read-only') throw error
    return openFrozen(path)
  }
}

/** A folder without write permission has no place for WAL's side files; then nobody else can be writing either. */
function openFrozen(path: string): DatabaseSync {
  try {
    const url = pathToFileURL(path)
    url.searchParams.set('immutable', '1')
    return readable(new ReadingDatabase(url, { readOnly: true }))
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** Walks jump about the file: pages are kept, and read where the system has mapped them. KiB, bytes. */
const CACHE_KIB = 65_536
const MAPPED = 2 ** 31

function readable(db: DatabaseSync): DatabaseSync {
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA mmap_size = ${MAPPED}`)
  const version = userVersion(db)
  if (version > migrations.length) throw newer(version)
  if (isOlder(version)) throw older(version)
  if (version === 0) throw new StoreError('no-store', 'the history here is still empty')
  return db
}

function migrate(db: DatabaseSync): void {
  if (userVersion(db) === migrations.length) return
  transaction(db, () => {
    const from = userVersion(db)
    if (from > migrations.length) throw newer(from)
    for (const step of migrations.slice(from)) db.exec(step)
    db.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

const newer = (version: number) =>
  new StoreError(
    'newer-version',
    `the history has version ${version}, this program knows ${migrations.length}`,
  )

const older = (version: number) =>
  new StoreError(
    'older-version',
    `the history has version ${version}, and could not be brought to ${migrations.length}, which this program reads`,
  )

const isOlder = (version: number): boolean => version > 0 && version < migrations.length

function userVersion(db: DatabaseSync): number {
  return integer(one(db, 'PRAGMA user_version'), 'user_version')
}

/** The only row of a query that always has one. */
export function one(db: DatabaseSync, sql: string): Row {
  const row = db.prepare(sql).get()
  if (row === undefined) throw new Error(`no row from: ${sql}`)
  return row
}

/** Runs `work` in one write transaction: all of it or nothing. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (thrown) {
    // SQLite itself rolls back on some errors (full disk).
    if (db.isTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}
