/**
 * A proof that a run is recorded as it says: its entries as they are in the log, for each the way along the chain to a
 * signed head, and the digests of the objects that they name. It can be checked without the history and without a server.
 */
import { z } from 'zod'
import { EntriesRedacted, LogEntry } from '../log-entry.ts'
import type { Queryable } from '../reader.ts'
import { bytes, integer, integerOrNull, type Row, text } from '../row.ts'
import { HeadRecord } from './head-record.ts'
import { entryDigest, GENESIS, hex, linkHash } from './links.ts'
import { isSigned } from './signing-key.ts'

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'a hash is 64 hex digits')

/** An entry, and how its digest leads to the head. */
const ProvenEntry = z.object({
  seq: z.number().int(),
  /** The text of the log, to the byte. */
  body: z.string(),
  salt: z.string().regex(/^[0-9a-f]{32}$/, 'a salt is 32 hex digits'),
  /** In the chain. That of another text where the entry was redacted. */
  digest: Hash,
  /** The hash before the entry. */
  previous: Hash,
  /** Number and digest of each entry after it, up to the one that the head covers. */
  path: z.array(z.tuple([z.number().int(), Hash])),
  head: HeadRecord,
})
export type ProvenEntry = z.infer<typeof ProvenEntry>

export const PROOF_FORMAT = 'yesterday-proof-1'

export const Proof = z.object({
  format: z.literal(PROOF_FORMAT),
  run: z.string(),
  /** Those of the run, and the records of redactions of these. */
  entries: z.array(ProvenEntry),
})
export type Proof = z.infer<typeof Proof>

/** `unsigned`: the number of an entry that no head covers yet. */
export type Proving =
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'unsigned'; readonly seq: number }
  | { readonly kind: 'unchained'; readonly seq: number }

/** Proves the entries of the run; null where it is unknown or has not ended. */
export function proveRun(db: Queryable, run: string): Proving | null {
  const row = db.prepare('SELECT id, started_seq, ended_seq FROM runs WHERE run = ?').get(run)
  const ended = row === undefined ? null : integerOrNull(row, 'ended_seq')
  if (row === undefined || ended === null) return null
  const seqs = [integer(row, 'id'), integerOrNull(row, 'started_seq'), ended].filter((seq) => seq !== null)
  return prove(db, run, seqs)
}

function prove(db: Queryable, run: string, seqs: readonly number[]): Proving {
  const entries: ProvenEntry[] = []
  for (const seq of [...seqs, ...redactionsOf(db, seqs)]) {
    const entry = proveEntry(db, seq)
    if (typeof entry === 'string') return { kind: entry, seq }
    entries.push(entry)
  }
  return { kind: 'proof', proof: { format: PROOF_FORMAT, run, entries } }
}

function proveEntry(db: Queryable, seq: number): ProvenEntry | 'unsigned' | 'unchained' {
  const row = db
    .prepare('SELECT body, salt, digest FROM log JOIN chain ON chain.seq = log.seq WHERE log.seq = ?')
    .get(seq)
  if (row === undefined) return 'unchained'
  const head = db.prepare('SELECT body FROM heads WHERE seq >= ? ORDER BY seq LIMIT 1').get(seq)
  if (head === undefined) return 'unsigned'
  const record = HeadRecord.parse(JSON.parse(text(head, 'body')))
  const before = db.prepare('SELECT hash FROM chain WHERE seq < ? ORDER BY seq DESC LIMIT 1').get(seq)
  const after = db.prepare('SELECT seq, digest FROM chain WHERE seq > ? AND seq <= ? ORDER BY seq')
  return {
    seq,
    body: text(row, 'body'),
    salt: hex(bytes(row, 'salt')),
    digest: hex(bytes(row, 'digest')),
    previous: hex(before === undefined ? GENESIS : bytes(before, 'hash')),
    path: after.all(seq, record.seq).map(step),
    head: record,
  }
}

const step = (row: Row): [number, string] => [integer(row, 'seq'), hex(bytes(row, 'digest'))]

function redactionsOf(db: Queryable, seqs: readonly number[]): readonly number[] {
  const rows = db.prepare("SELECT seq, body FROM log WHERE type = 'entries-redacted' ORDER BY seq").all()
  return rows
    .filter((row) => recordOf(text(row, 'body'))?.entries.some(({ seq }) => seqs.includes(seq)))
    .map((row) => integer(row, 'seq'))
}

function recordOf(body: string): EntriesRedacted | null {
  try {
    return EntriesRedacted.parse(JSON.parse(body))
  } catch {
    return null
  }
}

/** What a proof proves. */
export interface Proven {
  readonly entries: readonly { readonly seq: number; readonly entry: LogEntry; readonly redacted: boolean }[]
  /** The newest head among those of the entries. */
  readonly head: HeadRecord | null
  /** Every key that signed a head. */
  readonly keys: readonly string[]
  /** Why it does not hold; empty where it does. */
  readonly problems: readonly string[]
}

/** Checks a proof by itself. */
export function checkProof({ run, entries }: Proof): Proven {
  const problems: string[] = []
  const redactions = entries.flatMap(({ body }) => recordOf(body) ?? [])
  const read = entries.map((entry) => {
    const record = redactions.findLast((one) => one.entries.some(({ seq }) => seq === entry.seq))
    const problem = entryProblem(entry, record ?? null)
    if (problem !== null) problems.push(`entry ${entry.seq} ${problem}`)
    return {
      seq: entry.seq,
      entry: LogEntry.safeParse(json(entry.body)).data,
      redacted: record !== undefined,
    }
  })
  const known = read.flatMap(({ entry, ...more }) => (entry === undefined ? [] : [{ ...more, entry }]))
  const own = known.filter(({ entry }) => 'run' in entry && entry.run === run)
  const missing = (['run-queued', 'run-ended'] as const).filter(
    (type) => !own.some(({ entry }) => entry.type === type),
  )
  for (const type of missing) problems.push(`the proof has no "${type}" entry of run ${run}`)
  const heads = entries.map(({ head }) => head).toSorted((a, b) => b.seq - a.seq)
  const keys = [...new Set(heads.map(({ key }) => key))]
  return { entries: own, head: heads[0] ?? null, keys, problems }
}

function entryProblem(entry: ProvenEntry, record: EntriesRedacted | null): string | null {
  const { seq, body, salt, digest, previous, path, head } = entry
  const change = record?.entries.find((one) => one.seq === seq)
  if (record !== null && !isSigned(record)) return 'was redacted, but the record of it has no valid signature'
  if (change !== undefined && change.original !== digest) return 'is not the one that was redacted'
  if (hex(entryDigest(Buffer.from(salt, 'hex'), body)) !== (change?.digest ?? digest))
    return 'was changed: its text does not have the digest in the chain'
  let hash: Uint8Array = linkHash(Buffer.from(previous, 'hex'), seq, Buffer.from(digest, 'hex'))
  let last = seq
  for (const [number, next] of path) {
    if (number <= last) return 'does not lead to the signed head: its path goes back'
    hash = linkHash(hash, number, Buffer.from(next, 'hex'))
    last = number
  }
  if (last !== head.seq || hex(hash) !== head.hash) return 'does not lead to the signed head'
  return isSigned(head) ? null : 'leads to a head without a valid signature'
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
