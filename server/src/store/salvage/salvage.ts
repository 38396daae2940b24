/**
 * Makes a new history of what can be read of a damaged one. It reads the pages of the database and its WAL without SQLite,
 * checks each row by what it says of itself (chain, digests, checksums), and puts the result in the place of the damaged
 * database, which is kept. Invariant: no damage makes it fail, and nothing is removed.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Timestamp } from '../../../contract/ids.ts'
import type { Actor } from '../../../contract/session.ts'
import { userSeal } from '../../secrets/user-seal.ts'
import { chainEntry } from '../chain/chain-writer.ts'
import type { SigningKey } from '../chain/signing-key.ts'
import { migrate, syncFile, transaction } from '../database.ts'
import { asStoreError } from '../errors.ts'
import { IndexWriter } from '../index-writer.ts'
import type { HistorySalvaged } from '../log-entry.ts'
import { ObjectFiles } from '../object-files.ts'
import type { StorePaths } from '../project-folder.ts'
import { integer, integerOrNull } from '../row.ts'
import { asideName, finishSwap, swapDatabase } from '../swap.ts'
import { type Collected, collectRows } from './collect.ts'
import { type SalvagedDocument, salvageDocuments } from './documents.ts'
import { collectEntries, gapsOf } from './entries.ts'
import { type SalvagedObjects, salvageObjects } from './objects.ts'
import { DamagedPages } from './pages.ts'
import { relink } from './relink.ts'

type Ranges = readonly (readonly [number, number])[]

export interface SalvageReport {
  /** The folder, below that of the history, with the damaged database and the damaged objects. */
  readonly aside: string
  readonly kept: {
    readonly entries: number
    readonly runs: number
    readonly objects: number
    readonly documents: number
  }
  readonly lost: {
    /** Entries of the log, by the first and the last of each gap. */
    readonly entries: Ranges
    /** Runs of which something is left, but not their beginning. */
    readonly runs: number
    /** Objects that entries name. */
    readonly objects: readonly string[]
    readonly documents: readonly SalvagedDocument[]
  }
  /** Entries that could be read, but not checked against the hash chain. */
  readonly unverified: Ranges
  /** From this entry on the hash chain was computed again; null where it is as it was. */
  readonly relinked: number | null
}

export interface SalvageOptions {
  readonly paths: StorePaths
  readonly key: SigningKey
  readonly by: Actor
  readonly now: Date
  /** The last entry that is known to have been there; 0 where nothing is known. */
  readonly last: number
}

/** No program may have the history open. Throws `StoreError` where the disk refuses. */
export async function salvage(options: SalvageOptions): Promise<SalvageReport> {
  const { paths, now } = options
  finishSwap(paths)
  const aside = asideName(paths, 'damaged', now)
  const fresh = `salvage-${process.pid}.db`
  const path = join(paths.folder, fresh)
  try {
    const report = await build(options, path, aside)
    syncFile(path)
    swapDatabase(paths, fresh, aside)
    return report
  } catch (thrown) {
    rmSync(path, { force: true })
    throw asStoreError(thrown)
  }
}

async function build(options: SalvageOptions, path: string, aside: string): Promise<SalvageReport> {
  rmSync(path, { force: true })
  const db = new DatabaseSync(path)
  try {
    // The file is not visible to others before it is whole and on the disk.
    db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF')
    migrate(db)
    const found = transaction(db, () => readDamaged(db, options))
    const objects = await salvageObjects(
      db,
      new ObjectFiles(options.paths.objects),
      join(options.paths.folder, aside),
    )
    transaction(db, () => {
      appendRecord(db, recordOf(options, found, objects, aside))
      new IndexWriter(db).rebuild()
    })
    return reportOf(db, found, objects, aside)
  } finally {
    db.close()
  }
}

interface Found {
  readonly lost: Ranges
  readonly unverified: ReadonlySet<number>
  readonly relinked: ReturnType<typeof relink>
  readonly documents: readonly SalvagedDocument[]
}

function readDamaged(db: DatabaseSync, options: SalvageOptions): Found {
  db.exec(
    'CREATE TEMP TABLE found_updates (seq INTEGER PRIMARY KEY, document INTEGER, bytes BLOB, sum INTEGER)',
  )
  const pages = new DamagedPages(options.paths.database)
  try {
    const collected = collectRows(db, pages)
    const unverified = collectEntries(db, pages, collected)
    const last = lastSeq(db, Math.max(collected.last, options.last))
    const lost = gapsOf(db, last)
    const relinked = relink(db, unverified, last)
    const documents = salvageDocuments(db, collected.damaged, userSeal())
    continueAfter(db, last)
    return { lost: withoutKnown(lost, collected), unverified, relinked, documents }
  } finally {
    pages.close()
  }
}

/** An entry that was lost leaves its number behind: in the chain, or in a head that was signed over it. */
function lastSeq(db: DatabaseSync, known: number): number {
  const tables = ['log', 'chain', 'heads'].map((table) => `SELECT max(seq) AS last FROM ${table}`)
  const rows = db.prepare(tables.join(' UNION ALL ')).all()
  return Math.max(known, ...rows.map((row) => integerOrNull(row, 'last') ?? 0))
}

/** Numbers of lost entries are not given out again. */
function continueAfter(db: DatabaseSync, last: number): void {
  db.exec("DELETE FROM sqlite_sequence WHERE name = 'log'")
  db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('log', ?)").run(last)
}

/** What an earlier salvage said is lost is no news. */
function withoutKnown(lost: Ranges, { salvages }: Collected): Ranges {
  const known = salvages.flatMap((record) => record.lost)
  return lost.filter(([first, last]) => !known.some(([a, b]) => a <= first && last <= b))
}

function recordOf(
  { key, by, now }: SalvageOptions,
  { lost, unverified, relinked }: Found,
  objects: SalvagedObjects,
  aside: string,
): HistorySalvaged {
  const at: Timestamp = now.toISOString()
  return key.sign({
    type: 'history-salvaged' as const,
    at,
    by,
    aside,
    lost: copyOf(lost),
    unverified: copyOf(rangesOf(unverified)),
    entries: [...relinked.entries],
    relinked: relinked.from,
    objects: [...objects.lost],
  })
}

const copyOf = (ranges: Ranges): [number, number][] => ranges.map(([first, last]) => [first, last])

function appendRecord(db: DatabaseSync, record: HistorySalvaged): void {
  const body = JSON.stringify(record)
  const { lastInsertRowid } = db
    .prepare('INSERT INTO log (at, type, body) VALUES (?, ?, ?)')
    .run(record.at, record.type, body)
  chainEntry(db, Number(lastInsertRowid), body)
}

export function rangesOf(seqs: Iterable<number>): Ranges {
  const ranges: [number, number][] = []
  for (const seq of [...seqs].toSorted((a, b) => a - b)) {
    const range = ranges.at(-1)
    if (range !== undefined && range[1] === seq - 1) range[1] = seq
    else ranges.push([seq, seq])
  }
  return ranges
}

function reportOf(db: DatabaseSync, found: Found, objects: SalvagedObjects, aside: string): SalvageReport {
  const count = (sql: string): number => {
    const row = db.prepare(`SELECT count(*) AS count FROM ${sql}`).get()
    return row === undefined ? 0 : integer(row, 'count')
  }
  const ended = count("log WHERE type = 'run-ended'")
  const runs = count('runs WHERE ended_seq IS NOT NULL')
  return {
    aside,
    kept: { entries: count('log') - 1, runs, objects: objects.kept, documents: count('documents') },
    lost: {
      entries: found.lost,
      runs: ended - runs,
      objects: objects.lost,
      documents: found.documents.filter(({ lost }) => lost !== 'nothing'),
    },
    unverified: rangesOf(found.unverified),
    relinked: found.relinked.from,
  }
}
