/** pure. What the run log says, one typed list. Entries are appended as JSON, and change by redaction only. */
import { z } from 'zod'
import { CellId, Digest, RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import { Checkpoint } from '../../contract/past.ts'
import { Edge, Outcome, OutputEntry, Receipt, StoredValue, VersionKind } from '../../contract/run.ts'
import { Actor } from '../../contract/session.ts'
import { Signed } from './chain/signing-key.ts'

/** Most hashes of one kind in the marks of a notebook. */
export const MARKS_LIMIT = 64

/** Enough to find the kernel again; see KernelAddress of the bridge. Entries of earlier versions name no provider. */
const Address = z.object({
  provider: z.string().default('local'),
  kernelId: z.string(),
  specName: z.string(),
  startedAt: z.string(),
  place: z.json().default(null),
})

/** Why a session runs what already ran. `of` is the run or session that it repeats. */
export const Purpose = z.object({ kind: z.enum(['replay', 'proof', 'restore']), of: z.string() })
export type Purpose = z.infer<typeof Purpose>

export const SessionStarted = z.object({
  type: z.literal('session-started'),
  session: SessionId,
  at: Timestamp,
  notebook: z.string(),
  documentId: z.string().nullable(),
  kernel: Address,
  displayName: z.string(),
  language: z.string(),
  /** Who started the kernel. Null in entries of earlier versions, and where the server did by itself. */
  actor: Actor.nullable().default(null),
  /** Null for a person's own work. */
  purpose: Purpose.nullable().default(null),
})
export type SessionStarted = z.infer<typeof SessionStarted>
export const SessionEnded = z.object({
  type: z.literal('session-ended'),
  session: SessionId,
  at: Timestamp,
  reason: z.string(),
})
export type SessionEnded = z.infer<typeof SessionEnded>

/** Most names that the entry of a move lists of one kind. */
export const MOVED_LIMIT = 2_000
const Names = z.array(z.string().max(1_000)).max(MOVED_LIMIT)

/**
 * From here on the notebook's runs are those of another session, in another kernel. The kernel of `source` lives on if it
 * was `kept`. `sourceRuns` and `targetRuns` count the ended runs of both sessions at that moment.
 */
export const SessionMoved = z.object({
  type: z.literal('session-moved'),
  at: Timestamp,
  notebook: z.string(),
  source: SessionId,
  target: SessionId,
  sourceRuns: z.number().int().nonnegative(),
  targetRuns: z.number().int().nonnegative(),
  actor: Actor,
  kept: z.boolean(),
  /** `back`: because the move to `source` failed. */
  why: z.enum(['asked', 'back']),
  /** Variables by what became of them: their bytes were sent, they are made again, they were there, or are missing. */
  sent: Names,
  rerun: Names,
  present: Names,
  left: z.array(z.object({ name: z.string().max(1_000), why: z.string().max(1_000) })).max(MOVED_LIMIT),
  files: Names,
  /** Of values and files. */
  bytes: z.number().nonnegative(),
})
export type SessionMoved = z.infer<typeof SessionMoved>

/** Frozen when queued: what would run is in the log before it runs, so that a crash cannot lose the queue. */
export const RunQueued = z.object({
  type: z.literal('run-queued'),
  run: RunId,
  session: SessionId,
  at: Timestamp,
  notebook: z.string(),
  cellId: CellId.nullable(),
  cell: z.number().int().nullable(),
  actor: Actor,
  sourceDigest: Digest,
  title: z.string(),
})
export type RunQueued = z.infer<typeof RunQueued>
export const RunStarted = z.object({ type: z.literal('run-started'), run: RunId, at: Timestamp })
export type RunStarted = z.infer<typeof RunStarted>

/** The terminal record: exactly one per queued run. */
export const RunEnded = z.object({
  type: z.literal('run-ended'),
  run: RunId,
  at: Timestamp,
  outcome: Outcome,
  started: Timestamp.nullable(),
  durationMs: z.number(),
  executionCount: z.number().int().nullable(),
  order: z.number().int(),
  error: Receipt.shape.error,
  death: z.string().nullable(),
  used: z.array(Edge),
  generated: z.array(Edge),
  outputs: z.array(OutputEntry),
  environment: Receipt.shape.environment,
  state: Receipt.shape.state,
  cost: Receipt.shape.cost,
  use: Receipt.shape.use,
  notCaptured: Receipt.shape.notCaptured,
  host: Receipt.shape.host,
})
export type RunEnded = z.infer<typeof RunEnded>

/** Digests of versions that a run's entry names, computed behind its reply. Null where there is none, with the reason. */
export const ContentRead = z.object({
  type: z.literal('content-read'),
  run: RunId,
  session: SessionId,
  at: Timestamp,
  contents: z.array(
    z.object({
      side: z.enum(['used', 'generated']),
      kind: VersionKind,
      name: z.string(),
      by: RunId.nullable(),
      /** As `notCaptured` of the run's entry names it. */
      what: z.string(),
      digest: z.string().nullable(),
      why: z.string().nullable(),
      /** Bytes, where they came with the digest. */
      size: z.number().nullable().optional(),
      /** Where a manifest is that came with the digest. */
      value: StoredValue.nullable().optional(),
    }),
  ),
})
export type ContentRead = z.infer<typeof ContentRead>

/** A notebook's state, named by a person. */
export const CheckpointMade = Checkpoint.extend({
  type: z.literal('checkpoint-made'),
  documentId: z.string().nullable(),
})
export type CheckpointMade = z.infer<typeof CheckpointMade>

/** Bytes that a person deleted. What they belonged to stays in the log. */
export const BytesDropped = z.object({
  type: z.literal('bytes-dropped'),
  at: Timestamp,
  digests: z.array(Digest),
  why: z.string(),
})
export type BytesDropped = z.infer<typeof BytesDropped>

/** The entries up to `last` were written before the log had a hash chain. They were linked at `at`. */
export const HistoryChained = z.object({
  type: z.literal('history-chained'),
  at: Timestamp,
  entries: z.number().int(),
  last: z.number().int(),
})
export type HistoryChained = z.infer<typeof HistoryChained>

const Hash = z.string().regex(/^[0-9a-f]{64}$/, 'a hash is 64 hex digits')

/**
 * Entries that were replaced because they said what must not be kept. `original` is the digest in the chain, `digest`
 * that of the replacement. `objects` counts the objects that were removed; their digests could give away their content.
 */
export const EntriesRedacted = z.object({
  type: z.literal('entries-redacted'),
  at: Timestamp,
  by: Actor,
  reason: z.string(),
  entries: z.array(z.object({ seq: z.number().int(), original: Hash, digest: Hash })),
  objects: z.number().int(),
  ...Signed.shape,
})
export type EntriesRedacted = z.infer<typeof EntriesRedacted>

const Hashes = z.array(z.string().max(16)).max(MARKS_LIMIT)
/** What a notebook's file is recognised by after it was moved. Hashes are the smallest of a set, in order. */
export const NotebookMarks = z.object({
  /** Inode and birth time; null if the file system does not have them. */
  file: z.string().max(64).nullable(),
  /** Of the cells' ids that tools make at random, and of those that people chose. */
  ids: Hashes,
  shortIds: Hashes,
  /** Of the cells' sources. */
  sources: Hashes,
})
export type NotebookMarks = z.infer<typeof NotebookMarks>

/** Where a notebook is, from here on. Its runs are those of its sessions, under whatever path they ran. */
export const NotebookPlaced = z.object({
  type: z.literal('notebook-placed'),
  at: Timestamp,
  notebookId: z.string().min(1).max(64),
  path: z.string().max(4096),
  /**
   * `first`: seen for the first time, and older runs under this path are its own; `seen`: at the same path, with new
   * marks; `trashed`: its file was moved to the trash.
   */
  why: z.enum(['first', 'moved', 'copied', 'seen', 'trashed']),
  /** The id of the notebook that it is a copy of. */
  copiedFrom: z.string().max(64).nullable(),
  marks: NotebookMarks.nullable(),
})
export type NotebookPlaced = z.infer<typeof NotebookPlaced>

const Ranges = z.array(z.tuple([z.number().int(), z.number().int()]))

/**
 * What was read from a damaged history, and what was not. Entries are named by the first and last number of each range.
 * `unverified`: they could be read, but nothing shows that they are as they were written. `entries`: of these, the ones
 * whose link is as it was, with the digest of the text that they have now. `relinked`: from this entry on the hashes of
 * the chain were computed again, because links were lost; null where all links are as they were.
 */
export const HistorySalvaged = z.object({
  type: z.literal('history-salvaged'),
  at: Timestamp,
  by: Actor,
  /** The folder below `.yesterday/` with what was damaged. */
  aside: z.string(),
  lost: Ranges,
  unverified: Ranges,
  entries: z.array(z.object({ seq: z.number().int(), original: Hash, digest: Hash })),
  relinked: z.number().int().nullable(),
  /** Objects that entries name and that are lost. */
  objects: z.array(Digest),
  ...Signed.shape,
})
export type HistorySalvaged = z.infer<typeof HistorySalvaged>

export const LogEntry = z.discriminatedUnion('type', [
  SessionStarted,
  SessionEnded,
  SessionMoved,
  RunQueued,
  RunStarted,
  RunEnded,
  ContentRead,
  CheckpointMade,
  BytesDropped,
  HistoryChained,
  EntriesRedacted,
  NotebookPlaced,
  HistorySalvaged,
])
export type LogEntry = z.infer<typeof LogEntry>
