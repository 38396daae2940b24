/** What the log itself says about entries that are not as they were written: signed records of redactions and salvages. */
import { EntriesRedacted, HistorySalvaged } from '../log-entry.ts'
import type { Queryable } from '../reader.ts'
import { integer, text } from '../row.ts'
import { isSigned } from './signing-key.ts'

export interface Change {
  /** In the chain. */
  readonly original: string
  /** Of the text that the entry has now. */
  readonly digest: string
}

export interface LogRecords {
  readonly changes: ReadonlyMap<number, Change>
  /** First and last entry of each range that a salvage did not find. */
  readonly lost: readonly (readonly [number, number])[]
  /** Objects that a salvage did not find. */
  readonly lostObjects: ReadonlySet<string>
  /** The first record without a valid signature; null where there is none. It counts for nothing. */
  readonly unsigned: { readonly seq: number; readonly type: string } | null
}

export function logRecords(db: Queryable): LogRecords {
  const changes = new Map<number, Change>()
  const lost: (readonly [number, number])[] = []
  const lostObjects = new Set<string>()
  let unsigned: LogRecords['unsigned'] = null
  const rows = db.prepare(
    "SELECT seq, type, body FROM log WHERE type IN ('entries-redacted', 'history-salvaged') ORDER BY seq",
  )
  for (const row of rows.iterate()) {
    const record = readRecord(text(row, 'body'))
    if (record === null) {
      unsigned ??= { seq: integer(row, 'seq'), type: text(row, 'type') }
      continue
    }
    for (const { seq, original, digest } of record.entries) changes.set(seq, { original, digest })
    if (record.type === 'entries-redacted') continue
    lost.push(...record.lost)
    for (const digest of record.objects) lostObjects.add(digest)
  }
  return { changes, lost, lostObjects, unsigned }
}

/** A record of either kind; null where the text is none, or was not signed by the key that it names. */
export function readRecord(body: string): EntriesRedacted | HistorySalvaged | null {
  const value = json(body)
  const record = EntriesRedacted.safeParse(value).data ?? HistorySalvaged.safeParse(value).data
  return record !== undefined && isSigned(record) ? record : null
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
