/**
 * Copies what can be read of a damaged database into a new one: everything but the log, whose entries are checked against
 * the chain afterwards. Invariant: a row that fails its own check never replaces one that passes it.
 */
import type { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { digestOf } from '../../disk/digest.ts'
import { readHead } from '../chain/head-record.ts'
import { isSigned } from '../chain/signing-key.ts'
import { EntriesRedacted, HistorySalvaged } from '../log-entry.ts'
import { prepared } from '../prepared.ts'
import type { DamagedPages } from './pages.ts'
import { type FoundRow, rowsOf } from './rows.ts'

/** What the log says about entries that are not as they were first written. */
export interface Collected {
  readonly redactions: EntriesRedacted[]
  readonly salvages: HistorySalvaged[]
  /** Documents some of whose updates are damaged, by number. */
  readonly damaged: Set<number>
  /** The largest number that the log is known to have given out. */
  last: number
}

/** Larger numbers are garbage: no log has so many entries. */
const LARGEST_SEQ = 2 ** 40

export const isSeq = (seq: number): boolean => seq > 0 && seq < LARGEST_SEQ

/** Inside the caller's transaction on `db`, which has the tables and no rows. */
export function collectRows(db: DatabaseSync, pages: DamagedPages): Collected {
  const collected: Collected = { redactions: [], salvages: [], damaged: new Set(), last: 0 }
  for (const row of rowsOf(pages)) collectRow(db, row, collected)
  return collected
}

function collectRow(db: DatabaseSync, row: FoundRow, collected: Collected): void {
  switch (row.table) {
    case 'log':
      if (isSeq(row.seq)) noteRecord(row.body, collected)
      return
    case 'chain':
      if (isSeq(row.seq))
        prepared(db, 'INSERT OR REPLACE INTO chain VALUES (?, ?, ?, ?)').run(
          row.seq,
          row.salt,
          row.digest,
          row.hash,
        )
      return
    case 'heads':
      if (readHead(row.body)?.seq === row.seq)
        prepared(db, 'INSERT OR REPLACE INTO heads VALUES (?, ?)').run(row.seq, row.body)
      return
    case 'documents':
      // A notebook that was deleted or moved is in older versions of the page.
      if (row.isCurrent)
        prepared(db, 'INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)').run(
          row.number,
          row.document,
          row.epoch,
          row.path,
        )
      return
    case 'updates':
      collectUpdate(db, row, collected)
      return
    case 'blobs':
      if (digestOf(row.bytes) === row.digest)
        prepared(db, 'INSERT OR IGNORE INTO blobs VALUES (?, ?)').run(row.digest, row.bytes)
      return
    case 'sequence':
      if (isSeq(row.last)) collected.last = Math.max(collected.last, row.last)
  }
}

function noteRecord(body: string, { redactions, salvages }: Collected): void {
  if (!body.startsWith('{"type":"entries-redacted"') && !body.startsWith('{"type":"history-salvaged"')) return
  const redaction = EntriesRedacted.safeParse(json(body)).data
  if (redaction !== undefined && isSigned(redaction)) redactions.push(redaction)
  const salvage = HistorySalvaged.safeParse(json(body)).data
  if (salvage !== undefined && isSigned(salvage)) salvages.push(salvage)
}

/** One without a checksum is from before updates had one. */
function collectUpdate(
  db: DatabaseSync,
  row: Extract<FoundRow, { table: 'updates' }>,
  { damaged }: Collected,
): void {
  if (row.sum !== null && row.sum !== crc32(row.bytes)) {
    damaged.add(row.document)
    return
  }
  prepared(db, 'INSERT OR REPLACE INTO found_updates VALUES (?, ?, ?, ?)').run(
    row.seq,
    row.document,
    row.bytes,
    row.sum,
  )
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
