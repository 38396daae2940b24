/**
 * The entries of a damaged log. An entry is kept if it can be read. It is verified if its text has the digest that the
 * chain says; one that is not is kept as well and named, for its link may be what was damaged.
 */
import type { DatabaseSync } from 'node:sqlite'
import { entryDigest, hex } from '../chain/links.ts'
import { LogEntry } from '../log-entry.ts'
import { prepared } from '../prepared.ts'
import { bytes, integer } from '../row.ts'
import { type Collected, isSeq } from './collect.ts'
import type { DamagedPages } from './pages.ts'
import { type FoundRow, rowsOf } from './rows.ts'

type FoundEntry = Extract<FoundRow, { table: 'log' }>

/** Fills the log of `db`, which has the chain already. Returns the numbers of the entries that are not verified. */
export function collectEntries(db: DatabaseSync, pages: DamagedPages, collected: Collected): Set<number> {
  const unverified = new Set<number>()
  const expected = expectedDigests(collected)
  const put = prepared(db, 'INSERT OR REPLACE INTO log (seq, at, type, body) VALUES (?, ?, ?, ?)')
  for (const row of rowsOf(pages)) {
    if (row.table !== 'log' || !isSeq(row.seq)) continue
    const isKnown = prepared(db, 'SELECT 1 FROM log WHERE seq = ?').get(row.seq) !== undefined
    if (isKnown && !unverified.has(row.seq)) continue
    const isVerified = matches(db, row, expected.get(row.seq))
    const entry = LogEntry.safeParse(json(row.body)).data
    if (entry === undefined || !(isVerified || (entry.at === row.at && entry.type === row.type))) continue
    put.run(row.seq, entry.at, entry.type, row.body)
    if (isVerified) unverified.delete(row.seq)
    else unverified.add(row.seq)
  }
  return unverified
}

/** By entry: the digest that its text has since it was replaced. */
function expectedDigests({ redactions, salvages }: Collected): ReadonlyMap<number, string> {
  const records = [...salvages, ...redactions].toSorted((a, b) => (a.at < b.at ? -1 : 1))
  return new Map(records.flatMap(({ entries }) => entries.map(({ seq, digest }) => [seq, digest] as const)))
}

function matches(db: DatabaseSync, { seq, body }: FoundEntry, expected: string | undefined): boolean {
  const link = prepared(db, 'SELECT salt, digest FROM chain WHERE seq = ?').get(seq)
  if (link === undefined) return false
  return hex(entryDigest(bytes(link, 'salt'), body)) === (expected ?? hex(bytes(link, 'digest')))
}

/** First and last number of each gap in the log, from 1 to `last`. */
export function gapsOf(db: DatabaseSync, last: number): readonly (readonly [number, number])[] {
  const gaps: (readonly [number, number])[] = []
  let before = 0
  const close = (seq: number): void => {
    if (seq > before + 1) gaps.push([before + 1, seq - 1])
    before = seq
  }
  for (const row of db.prepare('SELECT seq FROM log ORDER BY seq').iterate()) close(integer(row, 'seq'))
  close(last + 1)
  return gaps
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
