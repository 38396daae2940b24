/**
 * A run as it is read: the receipt and its parts. The shapes of `used`, `generated` and `outputs` are those of
 * `yesterday show --json` and stay as they are.
 */
import { z } from 'zod'
import { Digest, RunId, SessionId, Timestamp } from './ids.ts'
import { RunUse } from './run-use.ts'
import { Actor } from './session.ts'

/** Values by names that users choose. Absent names are `undefined`, also those that a plain object inherits. */
function byName<T>(value: z.ZodType<T>) {
  return z.record(z.string(), value).transform((read): Record<string, T> => {
    const names: Record<string, T> = Object.create(null)
    return Object.assign(names, read)
  })
}

export const Outcome = z.enum(['ok', 'error', 'aborted', 'died'])
export type Outcome = z.infer<typeof Outcome>

/** Kinds of things that a run uses or generates. */
export const VersionKind = z.enum([
  'variable',
  'file',
  'directory',
  'url',
  'socket',
  'table',
  'module',
  'state',
  'environment',
  'subprocess',
])
export type VersionKind = z.infer<typeof VersionKind>

/** Where a version's bytes are in the object store, signed with the project's key when it was taken in. */
export const StoredValue = z.object({
  /** `bytes`, `chunks` (a JSON list of objects), or a format of values. */
  format: z.string(),
  digest: Digest,
  /** Bytes of the whole value, parts included. */
  size: z.number(),
  /** HMAC-SHA-256 over format and digest, hex; null in entries from before values were signed. */
  signature: z.string().nullable(),
})
export type StoredValue = z.infer<typeof StoredValue>

/** One edge between a run and a version. `digest` is null where the content was not captured. */
export const Edge = z.object({
  kind: VersionKind,
  name: z.string(),
  /** Identity of the version; equal strings are the same version. */
  version: z.string(),
  digest: z.string().nullable(),
  edge: z.enum(['observed', 'static', 'maybe']),
  /** The run that generated this version, where a recorded run did. */
  by: RunId.nullable(),
  /** The runs that made parts of it which `by` neither made nor used; empty in older records, which have no makers. */
  makers: z.array(RunId).default([]),
  /**
   * The parts that were used or changed, as Python writes them (`['column']`, `.attribute`; `*` for parts that are
   * not distinguished); null if it was all of it, or is not known.
   */
  parts: z.array(z.string()).nullable().default(null),
  reason: z.string().nullable(),
  type: z.string().nullable(),
  shape: z.array(z.number()).nullable(),
  schema: z.array(z.tuple([z.string(), z.string()])).nullable(),
  size: z.number().nullable(),
  preview: z.string().nullable(),
  deleted: z.boolean(),
  query: z.string().nullable(),
  facets: byName(z.unknown()).nullable(),
  /** Null where the bytes were not kept. */
  value: StoredValue.nullable().default(null),
})
export type Edge = z.infer<typeof Edge>

/** A program that a run started, as its edge says it. */
export interface StartedProgram {
  /** Secrets are masked. */
  readonly command: string
  /** `shell`: a line that a shell read; `process`: processes of Python. */
  readonly kind: 'program' | 'shell' | 'process'
  /** Below zero: ended by this signal. Null where it was not seen to end. */
  readonly exitCode: number | null
}

/** Null for an edge to anything else. */
export function programOf({
  kind,
  name,
  facets,
}: Pick<Edge, 'kind' | 'name' | 'facets'>): StartedProgram | null {
  if (kind !== 'subprocess') return null
  const { program, exitCode } = facets ?? {}
  const startedBy = program === 'shell' || program === 'process' ? program : 'program'
  return { command: name, kind: startedBy, exitCode: typeof exitCode === 'number' ? exitCode : null }
}

/** The part that an edge is about, where a person would name it; null where that is the whole, or several. */
export function partOf({ parts }: Pick<Edge, 'parts'>): string | null {
  const named = parts?.filter((part) => !part.startsWith('*')) ?? []
  return named.length === 1 ? (named[0] ?? null) : null
}

/** "3 × 4"; null where it has none, as a number has. */
export function shapeOf({ shape }: Pick<Edge, 'shape'>): string | null {
  return shape === null || shape.length === 0 ? null : shape.join(' × ')
}

/** What its thing is: type, shape and preview, each once, since a preview may begin with the others. */
export function factsOf(edge: Pick<Edge, 'type' | 'shape' | 'preview'>): readonly string[] {
  const { type, preview } = edge
  if (type !== null && preview?.startsWith(`${type} `)) return [preview]
  return [type, shapeOf(edge), preview].filter((fact) => fact !== null)
}

export const OutputEntry = z.object({
  mime: z.string(),
  digest: Digest,
  size: z.number(),
  /** nbformat's output_type: stream, display_data, execute_result, error. */
  outputType: z.string(),
  /** `stdout` or `stderr` for streams. */
  name: z.string().nullable(),
})
export type OutputEntry = z.infer<typeof OutputEntry>

/** Where a kernel ran that was not on the server's machine. */
export const RunHost = z.object({
  /** The kind of place: `jupyter`, `ssh`, `slurm`. */
  provider: z.string(),
  /** The name that the user gave the server, host or cluster. */
  name: z.string(),
  /** Of a job in a cluster; null where it ran in none, or it is not known. */
  job: z.string().nullable(),
  cluster: z.string().nullable(),
  partition: z.string().nullable(),
  node: z.string().nullable(),
})
export type RunHost = z.infer<typeof RunHost>

/** One line of the log. `cell` is the 1-based place among all cells when it was queued; null for other clients' runs. */
export const RunSummary = z.object({
  run: RunId,
  session: SessionId,
  notebook: z.string(),
  cell: z.number().int().nullable(),
  cellId: z.string().nullable(),
  outcome: Outcome,
  actor: Actor,
  queued: Timestamp,
  started: Timestamp.nullable(),
  ended: Timestamp,
  durationMs: z.number(),
  executionCount: z.number().int().nullable(),
  /** First line of the source, at most 200 characters. */
  title: z.string(),
  /** Names of variables, files, … by order of the record; at most 50 each. */
  usedNames: z.array(z.string()),
  generatedNames: z.array(z.string()),
  /** Null for the server's machine; missing in older records, and where the kernel was lost before. */
  host: RunHost.nullable().optional(),
})
export type RunSummary = z.infer<typeof RunSummary>

/** All that is recorded of one run. */
export const Receipt = RunSummary.extend({
  source: z.string(),
  sourceDigest: Digest,
  /** Place in the session, from 1. */
  order: z.number().int(),
  error: z.object({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) }).nullable(),
  /** How the kernel died, for `died`. */
  death: z.string().nullable(),
  used: z.array(Edge),
  generated: z.array(Edge),
  environment: z.object({ digest: z.string(), facets: byName(z.unknown()) }).nullable(),
  /**
   * Working directory; digests of the random states after the run and before it, and of the object with what it drew
   * from the operating system; the seed of string hashes; the digest of the object with what a person answered to
   * `input()`, and of that with what people set with widgets.
   */
  state: z
    .object({
      cwd: z.string(),
      random: byName(z.string()),
      before: byName(z.string()).prefault({}),
      entropy: z.string().nullable().prefault(null),
      hashSeed: z.string().nullable().prefault(null),
      answers: z.string().nullable().prefault(null),
      widgets: z.string().nullable().prefault(null),
    })
    .nullable(),
  outputs: z.array(OutputEntry),
  cost: z
    .object({
      wallMs: z.number(),
      cpuMs: z.number(),
      peakMemoryBytes: z.number().nullable(),
      /** What the process had before the run; missing in older entries. */
      startMemoryBytes: z.number().nullable().optional(),
      readBytes: z.number().nullable(),
      writtenBytes: z.number().nullable(),
      gpuMemoryBytes: z.number().nullable(),
      agentMs: z.number(),
    })
    .nullable(),
  /** What its kernel used over its time. Missing for short runs, in older entries, and where it was not measured. */
  use: RunUse.optional(),
  notCaptured: z.array(z.object({ what: z.string(), why: z.string() })),
})
export type Receipt = z.infer<typeof Receipt>

/** Where the notebook of a run is now. `document` is null where the history has no notebook for it. */
export const RunPlace = z.object({ run: RunId, path: z.string(), document: z.string().nullable() })
export type RunPlace = z.infer<typeof RunPlace>

/** A page of the log, newest first. `next` is the cursor of the following page, null at the end. */
export const LogPage = z.object({ runs: z.array(RunSummary), next: z.string().nullable() })
export type LogPage = z.infer<typeof LogPage>
