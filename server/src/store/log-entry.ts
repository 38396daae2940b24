/** pure. What the run log says, one typed list. Entries are appended as JSON and never changed. */
import { z } from 'zod'
import { CellId, Digest, RunId, SessionId, Timestamp } from '../../contract/ids.ts'
import { Checkpoint } from '../../contract/past.ts'
import { Edge, Outcome, OutputEntry, Receipt } from '../../contract/run.ts'
import { Actor } from '../../contract/session.ts'

/** Enough to find the kernel again; see KernelAddress of the bridge. */
const Address = z.object({
  kernelId: z.string(),
  specName: z.string(),
  pid: z.number(),
  connectionFile: z.string(),
  spoolDir: z.string(),
  startedAt: z.string(),
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
  notCaptured: Receipt.shape.notCaptured,
})
export type RunEnded = z.infer<typeof RunEnded>

/** A notebook's state, named by a person. */
export const CheckpointMade = Checkpoint.extend({
  type: z.literal('checkpoint-made'),
  documentId: z.string().nullable(),
})
export type CheckpointMade = z.infer<typeof CheckpointMade>

/** Bytes that a person let go. What they were of stays in the log. */
export const BytesDropped = z.object({
  type: z.literal('bytes-dropped'),
  at: Timestamp,
  digests: z.array(Digest),
  why: z.string(),
})
export type BytesDropped = z.infer<typeof BytesDropped>

export const LogEntry = z.discriminatedUnion('type', [
  SessionStarted,
  SessionEnded,
  RunQueued,
  RunStarted,
  RunEnded,
  CheckpointMade,
  BytesDropped,
])
export type LogEntry = z.infer<typeof LogEntry>
