/**
 * pure. The definition of the agent's record of one run. The agent's types in `record.py` are compared with its schema,
 * which `test/agent-schema.test.ts` keeps.
 */
import { z } from 'zod'

/** `sha256:` and 64 hex digits, or another named algorithm (`xxh3:`) where only equality matters. */
export const AgentDigest = z.string().regex(/^[a-z0-9_]+:[0-9a-f]+$/)

/** What kind of thing an edge leads to. */
export const EdgeTarget = z.enum([
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

/** observed: seen at run time; static: read from the code; maybe: an opaque object that could have changed. */
export const EdgeKind = z.enum(['observed', 'static', 'maybe'])

/** Where a version's bytes are: an object that the record's `objects` announced, now or earlier. */
export const StoredValue = z.object({
  /** How the object is read: `bytes`, `chunks` (a JSON list of objects), or a format of values. */
  format: z.string(),
  digest: AgentDigest,
  /** Bytes of the whole value, parts included. */
  size: z.number(),
})

/** One used or generated version. */
export const AgentEdge = z.object({
  kind: EdgeTarget,
  /** A variable's name, a path (relative to the start folder where inside it), a URL without secrets, a table. */
  name: z.string(),
  /**
   * The parts that were used or changed, where known: `['a']` for a frame's column or dict's key, `.attr` for an
   * attribute, one behind the other for what lies deeper, `*` for parts that are not distinguished.
   */
  parts: z.array(z.string()).nullish(),
  /** The run that generated this version; null where no recorded run did (a file from outside, a builtin). */
  by: z.string().nullish(),
  /** Identity of the version: same string, same version. `<run>:<name>` for variables, the digest for files. */
  version: z.string(),
  digest: AgentDigest.nullish(),
  edge: EdgeKind,
  /** Why the edge is there, in words a person reads. */
  reason: z.string().nullish(),
  /** Python type (`pandas.DataFrame`), for variables. */
  type: z.string().nullish(),
  shape: z.array(z.number()).nullish(),
  /** Column or field names with types, for frames and tables. */
  schema: z.array(z.tuple([z.string(), z.string()])).nullish(),
  /** Bytes. */
  size: z.number().nullish(),
  /** A short plain-text preview, at most 200 characters. */
  preview: z.string().nullish(),
  /** The runs that made parts of it which this run neither made nor used (generated edges only). */
  makers: z.array(z.string()).nullish(),
  /** Deleted by this run (generated edges only). */
  deleted: z.boolean().nullish(),
  /** SQL, for tables. */
  query: z.string().nullish(),
  /** Facets: estimator parameters, torch module structure, metrics. */
  facets: z.record(z.string(), z.unknown()).nullish(),
  /** The version's bytes, where they were kept. */
  value: StoredValue.nullish(),
})

export const AgentRecord = z.object({
  schema: z.literal(1),
  run: z.string(),
  cell: z.string().nullish(),
  /** Place of this run in the kernel process's life, from 1. */
  order: z.number().int(),
  executionCount: z.number().int().nullish(),
  outcome: z.enum(['ok', 'error', 'aborted', 'died']),
  error: z.object({ ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) }).nullish(),
  /** Seconds since the epoch. */
  started: z.number(),
  ended: z.number(),
  codeDigest: AgentDigest.nullish(),
  used: z.array(AgentEdge),
  generated: z.array(AgentEdge),
  /** Whole on a kernel's first record and whenever it changed; else only its digest. */
  environment: z.object({ digest: AgentDigest, facets: z.record(z.string(), z.unknown()).nullish() }),
  state: z.object({
    cwd: z.string(),
    /** Digests of the random states after the run, by library. */
    random: z.record(z.string(), AgentDigest),
    /** The same before it. Each digest names an object that holds the state, where it was kept. */
    before: z.record(z.string(), AgentDigest).default({}),
    /** Names the object with what the run drew from the operating system: `{draws, torch}`, see the agent's chance.py. */
    entropy: AgentDigest.nullish(),
    /** `PYTHONHASHSEED` of the process. */
    hashSeed: z.string().nullish(),
    /** Names the object with what a person answered to `input()`: `{answers}`, see the agent's answers.py. */
    answers: AgentDigest.nullish(),
    /** Names the object with what people set with widgets that the run read: `{widgets}`, see the agent's widget_values.py. */
    widgets: AgentDigest.nullish(),
  }),
  cost: z.object({
    wallMs: z.number(),
    cpuMs: z.number(),
    peakMemoryBytes: z.number().nullish(),
    /** What the process had before the run; missing in records of older agents. */
    startMemoryBytes: z.number().nullish(),
    readBytes: z.number().nullish(),
    writtenBytes: z.number().nullish(),
    gpuMemoryBytes: z.number().nullish(),
    /** What recording itself took. */
    agentMs: z.number(),
  }),
  /** Bytes that the agent left in the spool's `objects` folder, each in a file named by its hex digest. */
  objects: z.array(z.object({ digest: AgentDigest, size: z.number() })).default([]),
  /** What is missing, and why; nothing is dropped silently. */
  notCaptured: z.array(z.object({ what: z.string(), why: z.string() })),
})

export type AgentEdge = z.infer<typeof AgentEdge>
export type AgentRecord = z.infer<typeof AgentRecord>
