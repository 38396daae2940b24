/**
 * Opening `history.db`. Writers keep WAL and full sync: a settled write survives a power cut. Several processes may
 * open it at once; the first one migrates, inside one transaction.
 */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { chainExisting } from './chain/chain-writer.ts'
import { asStoreError, StoreError } from './errors.ts'
import { requireHistoryFiles } from './history-files.ts'
import { IndexWriter } from './index-writer.ts'
import { integer, type Row } from './row.ts'
import { CHAINED_SINCE, migrations } from './schema.ts'

/** How long a writer waits for another process, ms. */
const BUSY_TIMEOUT = 10_000

/** For the one writer of a process. The database has the present form then, and its index as well. */
export function openForWriting(path: string): DatabaseSync {
  try {
    requireHistoryFiles(path)
    const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT, enableForeignKeyConstraints: true })
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864')
    migrate(db)
    const index = new IndexWriter(db)
    if (!index.isCurrent()) transaction(db, () => index.isCurrent() || index.rebuild())
    return db
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** The size (bytes) to which WAL grows before a checkpoint restarts it: a thousand pages with their headers. */
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
    // The next commit reports it, if the fault persists.
  } finally {
    if (db.isTransaction) db.exec('ROLLBACK')
    db.exec('PRAGMA cache_size = -2000')
  }
  try {
    syncFile(wal)
  } catch {
    // The next commit syncs it.
  }
}

/** Waits until the system has written the file. Throws where it refuses. */
export function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * Rewrites the file and empties its WAL, so that neither shows what was removed or replaced. Outside of a transaction.
 * Throws `StoreError` `busy` while another program reads.
 */
export function scrub(db: DatabaseSync): void {
  db.exec('VACUUM')
  const { busy } = one(db, 'PRAGMA wal_checkpoint(TRUNCATE)')
  if (busy !== 0)
    throw new StoreError('busy', 'another program is reading the history, so its WAL could not be emptied')
}

/**
 * For reading beside writers, also where the folder cannot be written. An older history, or one with an index of another
 * program version, is brought up to date first.
 */
export function openForReading(path: string): DatabaseSync {
  if (!existsSync(path)) throw new StoreError('no-store', `there is no history at ${path}`)
  try {
    requireHistoryFiles(path)
    const open = () => new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT })
    const db = open()
    if (!isOlder(userVersion(db)) && hasIndex(db)) return readable(db)
    db.close()
    openForWriting(path).close()
    return readable(open())
  } catch (thrown) {
    const error = asStoreError(thrown)
    if (error.code !== 'read-only') throw error
    return openFrozen(path)
  }
}

/** True for a history that can be read without a write beside it: of this version, with nothing in a WAL. */
export function isReadAsItIs(path: string): boolean {
  requireHistoryFiles(path)
  if ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) return false
  try {
    openFrozen(path).close()
    return true
  } catch (thrown) {
    // Opening it reports any other fault.
    return asStoreError(thrown).code !== 'older-version'
  }
}

/** Copies a history, with what its WAL holds, into a folder of our own. Returns where the copy is. */
export function copyHistory(path: string, folder: string): string {
  try {
    requireHistoryFiles(path)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const copy = join(folder, 'older-history.db')
    for (const suffix of ['', '-wal']) {
      rmSync(copy + suffix, { force: true })
      if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix)
    }
    rmSync(`${copy}-shm`, { force: true })
    chmodSync(copy, 0o600)
    return copy
  } catch (thrown) {
    throw asStoreError(thrown)
  }
}

/** A folder without write permission has no place for WAL's side files; then there is no other writer either. */
export function openFrozen(path: string): DatabaseSync {
  if (!existsSync(path)) throw new StoreError('no-store', `there is no history at ${path}`)
  try {
    requireHistoryFiles(path)
    const url = pathToFileURL(path)
    url.searchParams.set('immutable', '1')
    return readable(new DatabaseSync(url, { readOnly: true }))
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
  if (!hasIndex(db)) throw olderIndex
  return db
}

/** Gives the tables of the truth their present form. */
export function migrate(db: DatabaseSync): void {
  if (userVersion(db) === migrations.length) return
  transaction(db, () => {
    const from = userVersion(db)
    if (from > migrations.length) throw newer(from)
    for (const step of migrations.slice(from)) db.exec(step)
    if (from < CHAINED_SINCE) chainExisting(db, new Date().toISOString())
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

const olderIndex = new StoreError(
  'older-version',
  'the index of this history was made by a different version of the program, and could not be rebuilt here',
)

/** Whether the index has the form that this program reads; true of a history that has none yet. */
const hasIndex = (db: DatabaseSync): boolean =>
  userVersion(db) !== migrations.length || new IndexWriter(db).isCurrent()

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
