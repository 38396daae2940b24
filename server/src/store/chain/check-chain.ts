/**
 * Checks the log against its hash chain. It reports the first break only: after it, nothing that the chain says of later
 * entries is proven. Entries that were replaced, or that were lost, are checked against the signed
 * record of it.
 */
import { z } from 'zod'
import { LogEntry } from '../log-entry.ts'
import type { Queryable } from '../reader.ts'
import { bytes, integer, type Row, text } from '../row.ts'
import { entryDigest, GENESIS, hex, linkHash } from './links.ts'
import type { LogRecords } from './records.ts'

/** An entry that is not what was recorded. */
export interface ChainBreak {
  readonly seq: number
  /** For a person: the entry's number, kind and run, and what is wrong with it. */
  readonly problem: string
}

const Columns = z.object({ at: z.string().optional(), type: z.string().optional() })

/** The first break; null if every entry is what was recorded, or what a signed record says of it. */
export function firstBreak(db: Queryable, records: LogRecords): ChainBreak | null {
  const { unsigned } = records
  if (unsigned !== null)
    return { seq: unsigned.seq, problem: `entry ${unsigned.seq} ("${unsigned.type}") has no valid signature` }
  let previous: Uint8Array = GENESIS
  for (const row of rowsOf(db)) {
    const problem = problemOf(row, previous, records)
    if (problem !== null) return { seq: integer(row, 'seq'), problem: `${nameOf(row)} ${problem}` }
    previous = bytes(row, 'hash')
  }
  return null
}

/** Each entry with its link, in order; those that are without an entry too. */
function* rowsOf(db: Queryable): Generator<Row> {
  const removed = removedEntries(db)
  const page = db.prepare(
    `SELECT log.seq AS seq, at, type, body, salt, digest, hash FROM log LEFT JOIN chain ON chain.seq = log.seq
     WHERE log.seq > ? ORDER BY log.seq LIMIT 1000`,
  )
  let next = removed.next()
  for (let rows = page.all(0), last = 0; rows.length > 0; rows = page.all(last))
    for (const row of rows) {
      last = integer(row, 'seq')
      for (; !next.done && integer(next.value, 'seq') < last; next = removed.next()) yield next.value
      yield row
    }
  for (; !next.done; next = removed.next()) yield next.value
}

function* removedEntries(db: Queryable): Generator<Row, undefined> {
  const page = db.prepare(
    `SELECT seq, digest, hash FROM chain WHERE seq > ? AND NOT EXISTS (SELECT 1 FROM log WHERE log.seq = chain.seq)
     ORDER BY seq LIMIT 1000`,
  )
  for (let rows = page.all(0), last = 0; rows.length > 0; rows = page.all(last)) {
    yield* rows
    last = integer(rows.at(-1) ?? {}, 'seq')
  }
}

function problemOf(row: Row, previous: Uint8Array, { changes, lost }: LogRecords): string | null {
  const seq = integer(row, 'seq')
  if (row.digest === null) return 'is not in the hash chain: it was not appended by this program'
  const digest = hex(bytes(row, 'digest'))
  if (hex(bytes(row, 'hash')) !== hex(linkHash(previous, seq, bytes(row, 'digest'))))
    return 'does not follow the entry before it: entries were changed, added or removed here'
  if (row.body === undefined) {
    const isKnown = lost.some(([first, last]) => first <= seq && seq <= last)
    return isKnown ? null : 'was removed from the log'
  }
  const change = changes.get(seq)
  if (change !== undefined && change.original !== digest)
    return 'was replaced, but its first digest is not the one in the record of it'
  const body = text(row, 'body')
  if (hex(entryDigest(bytes(row, 'salt'), body)) !== (change?.digest ?? digest))
    return 'was changed after it was recorded'
  return columnsDiffer(row, body) ? 'has a time or kind that its text does not have' : null
}

/** The index reads time and kind from their columns; the chain covers the text. */
function columnsDiffer(row: Row, body: string): boolean {
  const { at, type } = Columns.catch({}).parse(parsed(body))
  return at !== row.at || type !== row.type
}

/** As `entry 12 ("run-ended" of run 3f2a…)`. */
function nameOf(row: Row): string {
  const entry = LogEntry.safeParse(typeof row.body === 'string' ? parsed(row.body) : null).data
  const run = entry !== undefined && 'run' in entry && entry.run !== null ? ` of run ${entry.run}` : ''
  const kind = typeof row.type === 'string' ? ` ("${row.type}"${run})` : ''
  return `entry ${integer(row, 'seq')}${kind}`
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
