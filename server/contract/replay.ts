/**
 * Running the past again (replay-api.ts): plans, verdicts, causes, restored variables, and the jobs that produce them.
 *
 * Sentences (`words`, `why`) are for people, in English; the fields beside them say the same for programs.
 */
import { z } from 'zod'
import { RunId, SessionId, Timestamp } from './ids.ts'
import { MoveReport, MoveRequest } from './move.ts'
import { DiffLine } from './past.ts'
import { Edge } from './run.ts'

/**
 * What can be run again. A run means its slice; a state, its session up to this run; a notebook, the session in which it
 * was last run.
 */
export const ReplayTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), run: z.string().min(1).max(64), name: z.string().optional() }),
  z.object({ kind: z.literal('state'), run: z.string().min(1).max(64) }),
  z.object({ kind: z.literal('session'), session: z.string().min(1).max(64) }),
  z.object({ kind: z.literal('notebook'), path: z.string().min(1).max(4096) }),
])
export type ReplayTarget = z.infer<typeof ReplayTarget>

/** What a file of the past is given to the replay from. */
export const FilePin = z.object({
  /** As its edge names it: relative to the notebook's folder where inside it, else absolute. */
  name: z.string(),
  digest: z.string().nullable(),
  /** `disk`: unchanged since; `store`: changed or gone, and given as it was; `made`: the replay makes it itself. */
  from: z.enum(['disk', 'store', 'made', 'cannot']),
  why: z.string().nullable(),
})
export type FilePin = z.infer<typeof FilePin>

export const PlanStep = z.object({
  /** The recorded run. */
  run: RunId,
  cell: z.number().int().nullable(),
  cellId: z.string().nullable(),
  title: z.string(),
  action: z.enum(['re-run', 'reuse', 'cannot']),
  /** Why it is reused or cannot be run; null for a plain re-run. */
  why: z.string().nullable(),
  /** How long it took; null where that is not known. */
  expectedMs: z.number().nullable(),
})
export type PlanStep = z.infer<typeof PlanStep>

/** One thing that is not as it was. */
export const EnvironmentDifference = z.object({
  what: z.enum(['python', 'platform', 'package', 'variable', 'git']),
  name: z.string(),
  was: z.string().nullable(),
  is: z.string().nullable(),
})
export type EnvironmentDifference = z.infer<typeof EnvironmentDifference>

export const IsolationName = z.enum(['namespaces', 'bubblewrap', 'landlock', 'sandbox-exec', 'none'])
export type IsolationName = z.infer<typeof IsolationName>

/** What keeps a replay from changing anything outside. */
export const Isolation = z.object({
  name: IsolationName,
  /**
   * What becomes of a write: `private`: it goes to a private layer over the real file; `refused`: outside of the copy it
   * fails; `open`: outside of the copy it reaches the real file.
   */
  writes: z.enum(['private', 'refused', 'open']),
  /** `contained`: programs are isolated as the kernel is; `open`: they are not. */
  programs: z.enum(['contained', 'open']),
  network: z.enum(['absent', 'open']),
  /** Why no stronger one is used; null where this is the strongest. */
  why: z.string().nullable(),
})
export type Isolation = z.infer<typeof Isolation>

/** A file that a replay made, changed or deleted, beside how it is on disk. */
export const WrittenFile = z.object({
  /** As edges name it: relative to the notebook's folder where inside it, else absolute. */
  name: z.string(),
  change: z.enum(['created', 'changed', 'deleted']),
  /** In bytes, after the replay and on disk; null where there is none. */
  size: z.number().int().nullable(),
  sizeOnDisk: z.number().int().nullable(),
  /** Of the replay's bytes; null for a deletion, and for what is no regular file. */
  digest: z.string().nullable(),
  /** Whether it can be applied to the disk while the job is remembered. */
  kept: z.boolean().default(false),
})
export type WrittenFile = z.infer<typeof WrittenFile>

export const ReplayPlan = z.object({
  target: ReplayTarget,
  notebook: z.string(),
  session: SessionId,
  steps: z.array(PlanStep),
  files: z.array(FilePin),
  /** Known once a kernel has said what it has; empty before. */
  environment: z.array(EnvironmentDifference),
  /** What the runs did outside of the kernel: sockets, programs, files elsewhere. */
  effects: z.array(z.string()),
  /** What a replay of it would be isolated by. */
  isolation: Isolation,
  /** Those of them that change something elsewhere (`POST to https://…`), and run again only where that is allowed. */
  sends: z.array(z.string()),
  /** What happens again only where it is allowed by name: commands that nothing contains, and hosts. */
  allowable: z.object({ programs: z.array(z.string()), hosts: z.array(z.string()) }),
  expectedMs: z.number().nullable(),
})
export type ReplayPlan = z.infer<typeof ReplayPlan>

export const Verdict = z.enum(['identical', 'equal', 'different', 'failed'])
export type Verdict = z.infer<typeof Verdict>

/** The rules that may make what is not identical equal. */
export const ToleranceRule = z.enum(['numbers', 'timings', 'addresses', 'image-noise', 'order'])
export type ToleranceRule = z.infer<typeof ToleranceRule>

export const OutputVerdict = z.object({
  /** Place among the run's outputs, from 0. */
  index: z.number().int(),
  mime: z.string(),
  verdict: Verdict,
  rules: z.array(ToleranceRule),
  was: z.string().nullable(),
  is: z.string().nullable(),
  why: z.string().nullable(),
})
export type OutputVerdict = z.infer<typeof OutputVerdict>

export const VersionVerdict = z.object({
  kind: Edge.shape.kind,
  name: z.string(),
  /** `unknown` where one of both has no digest; `in part` where runs that made the rest of it were not repeated. */
  verdict: z.enum(['identical', 'different', 'missing', 'unknown', 'in part']),
  was: z.string().nullable(),
  is: z.string().nullable(),
})
export type VersionVerdict = z.infer<typeof VersionVerdict>

export const StepVerdict = z.object({
  /** The recorded run, and the one that repeated it; null where it was not run. */
  run: RunId,
  replayRun: RunId.nullable(),
  cell: z.number().int().nullable(),
  cellId: z.string().nullable(),
  title: z.string(),
  verdict: Verdict,
  outputs: z.array(OutputVerdict),
  versions: z.array(VersionVerdict),
  why: z.string().nullable(),
  durationMs: z.number(),
})
export type StepVerdict = z.infer<typeof StepVerdict>

export const ReplayReport = z.object({
  plan: ReplayPlan,
  /** The session that repeated it, a session like any other in the log. */
  session: SessionId.nullable(),
  verdict: Verdict,
  steps: z.array(StepVerdict),
  environment: z.array(EnvironmentDifference),
  isolation: Isolation,
  /** What the replay wrote. It is on no disk unless it is applied. */
  written: z.array(WrittenFile),
  /** What explains the first difference, as far as the records say. */
  cause: z.string().nullable(),
  problems: z.array(z.string()),
})
export type ReplayReport = z.infer<typeof ReplayReport>

export const CauseKind = z.enum([
  'code',
  'file',
  'package',
  'variable',
  'seed',
  'order',
  'hidden',
  'host',
  'python',
  'platform',
])
export type CauseKind = z.infer<typeof CauseKind>

/** One difference upstream of two runs. */
export const Cause = z.object({
  id: z.string(),
  kind: CauseKind,
  /** A cell's id, a file's name, a package, a variable. */
  name: z.string(),
  cell: z.number().int().nullable(),
  was: z.string().nullable(),
  is: z.string().nullable(),
  words: z.string(),
  /** Whether a replay can swap it, and why not. */
  provable: z.boolean(),
  whyNot: z.string().nullable(),
})
export type Cause = z.infer<typeof Cause>

/** One replay of the bad run with these differences swapped. */
export const Trial = z.object({
  swapped: z.array(z.string()),
  verdict: Verdict.nullable(),
  explains: z.boolean(),
  words: z.string(),
})
export type Trial = z.infer<typeof Trial>

export const SinceReport = z.object({
  bad: RunId,
  good: RunId,
  /** How the good run was found. */
  chosen: z.enum(['named', 'success', 'output', 'where']),
  /** The likeliest first. */
  causes: z.array(Cause),
  proof: z
    .object({
      trials: z.array(Trial),
      /** The smallest change that explains it: ids of causes; null where none of those tried did. */
      explanation: z.array(z.string()).nullable(),
      /** What isolated the trials; null where none could be run. */
      isolation: Isolation.nullable(),
    })
    .nullable(),
  words: z.string(),
})
export type SinceReport = z.infer<typeof SinceReport>

export const RestoredVariable = z.object({
  name: z.string(),
  /** Its name in the kernel, if it differs. */
  as: z.string().optional(),
  result: z.enum(['restored', 'recomputed', 'differs', 'not restorable']),
  why: z.string().nullable(),
})
export type RestoredVariable = z.infer<typeof RestoredVariable>

export const RestoreReport = z.object({
  run: RunId,
  session: SessionId.nullable(),
  variables: z.array(RestoredVariable),
  random: z.array(RestoredVariable),
  loaded: z.array(RunId),
  recomputed: z.array(RunId),
  expectedMs: z.number().nullable(),
  tookMs: z.number(),
  /** What isolated the runs that were made again. */
  isolation: Isolation,
  problems: z.array(z.string()),
})
export type RestoreReport = z.infer<typeof RestoreReport>

/** A variable of the past, and its name in the present kernel. */
export const WantedVariable = z.object({
  name: z.string().min(1).max(300),
  /** A Python identifier. */
  as: z
    .string()
    .max(300)
    .regex(/^[\p{XID_Start}_]\p{XID_Continue}*$/u),
})
export type WantedVariable = z.infer<typeof WantedVariable>

const names = (what: string, longest: number) =>
  z
    .array(z.string().min(1).max(longest), { error: `a list of ${what}, each allowed by its name` })
    .max(200)
    .optional()

/** What may happen again, of `ReplayPlan.allowable`. */
const allowed = {
  /** Hosts to which it may be sent. */
  send: names('hosts', 255),
  /** Commands as they are recorded, or names of programs. */
  start: names('commands', 1000),
}

export const JobRequest = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('replay'),
    target: ReplayTarget,
    env: z.boolean().default(false),
    ...allowed,
    timeoutSeconds: z.number().positive().max(86_400).optional(),
  }),
  z.object({
    kind: z.literal('since'),
    run: z.string().min(1).max(64),
    good: z.string().min(1).max(64).optional(),
    where: z.string().max(1000).optional(),
    prove: z.boolean().default(false),
    ...allowed,
    timeoutSeconds: z.number().positive().max(86_400).optional(),
  }),
  /** Into the kernel of this open document; a new session of it where `branch`. */
  z.object({
    kind: z.literal('restore'),
    run: z.string().min(1).max(64),
    documentId: z.string().max(200),
    branch: z.boolean().default(false),
    /** Loads these variables and leaves all others of the kernel as they are. Default: all variables are replaced. */
    only: z.array(WantedVariable).min(1).max(100).optional(),
    ...allowed,
  }),
  MoveRequest,
])
export type JobRequest = z.infer<typeof JobRequest>

/** Live progress: the step that runs, and how many are done. */
export const JobProgress = z.object({
  done: z.number().int(),
  total: z.number().int(),
  now: z.string().nullable(),
  verdicts: z.array(z.object({ cell: z.number().int().nullable(), verdict: Verdict })),
  /** Of a move. While it sends, `done` and `total` are bytes. */
  phase: z.enum(['starting', 'looking', 'waiting', 'sending', 'running']).optional(),
})
export type JobProgress = z.infer<typeof JobProgress>

/** Files of a replay to put on the disk. Nothing is applied without being named. */
export const ApplyRequest = z.object({
  /** Of the replay. */
  session: z.string().min(1).max(64),
  /** Names as `WrittenFile` has them. */
  files: z.array(z.string().min(1).max(4096)).min(1).max(5000),
})
export type ApplyRequest = z.infer<typeof ApplyRequest>

export const AppliedFile = z.object({
  name: z.string(),
  isApplied: z.boolean(),
  /** Why not; null where it is applied. */
  why: z.string().nullable(),
})
export type AppliedFile = z.infer<typeof AppliedFile>
export const AppliedFiles = z.array(AppliedFile)

export const WrittenDiffRequest = z.object({
  /** Of the replay. */
  session: z.string().min(1).max(64),
  /** Name as `WrittenFile` has it. */
  file: z.string().min(1).max(4096),
})
export type WrittenDiffRequest = z.infer<typeof WrittenDiffRequest>

/** A text file as a replay wrote it, by lines, against the one on disk. Secrets are masked. */
export const WrittenDiff = z.object({
  /** Each a change with the lines around it. */
  parts: z.array(z.array(DiffLine)),
  /** Further lines, which are not shown. */
  rest: z.number().int(),
  /** Why no diff is shown; null where one is. */
  why: z.string().nullable(),
})
export type WrittenDiff = z.infer<typeof WrittenDiff>

export const Job = z.object({
  id: z.string(),
  kind: z.enum(['replay', 'since', 'restore', 'move']),
  state: z.enum(['running', 'done', 'failed', 'stopped']),
  /** Grows with each change. */
  revision: z.number().int(),
  started: Timestamp,
  progress: JobProgress,
  replay: ReplayReport.nullable(),
  since: SinceReport.nullable(),
  restore: RestoreReport.nullable(),
  /** Its plan, until it has moved. */
  move: MoveReport.nullable().prefault(null),
  problem: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
})
export type Job = z.infer<typeof Job>
export const Jobs = z.array(Job)
