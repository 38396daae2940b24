/**
 * What the routes of the past (past-api.ts) take and return, beyond the plain log.
 *
 * Pages of a filtered log may hold fewer runs than asked for, even none, and still have a `next`: so much was looked
 * through, and the search goes on from there.
 */
import { z } from 'zod'
import { CellId, Digest, ProjectPath, RunId, SessionId, Timestamp } from './ids.ts'
import { Edge, Outcome, RunSummary, VersionKind } from './run.ts'
import { RunUse } from './run-use.ts'
import { Actor } from './session.ts'

/** `lr<0.01`: what a run's number of that name must be. */
export const Comparison = z.object({
  name: z.string(),
  operator: z.enum(['<', '<=', '>', '>=', '=', '!=']),
  value: z.number(),
})
export type Comparison = z.infer<typeof Comparison>

/** Filters as an address says them; `where` holds comparisons with spaces between. */
export const LogFilter = z.object({
  notebook: ProjectPath.optional(),
  cell: CellId.optional(),
  session: SessionId.optional(),
  /** The actor's id, or their name. */
  actor: z.string().max(200).optional(),
  /** Runs that used or generated this; `kind` narrows what sort of thing it is, `model` is a variable that holds one. */
  kind: z.union([VersionKind, z.literal('model')]).optional(),
  name: z.string().max(4096).optional(),
  /** In the source, whatever the case. */
  text: z.string().max(1000).optional(),
  since: Timestamp.optional(),
  until: Timestamp.optional(),
  outcome: Outcome.optional(),
  where: z.string().max(2000).optional(),
  /** `1`: replays too. */
  replays: z.literal('1').optional(),
  before: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
})
export type LogFilter = z.infer<typeof LogFilter>

/** A run with its numbers: `parameters` went in, `metrics` came out. */
export const TableRow = RunSummary.extend({
  parameters: z.record(z.string(), z.number()),
  metrics: z.record(z.string(), z.number()),
})
export type TableRow = z.infer<typeof TableRow>
/** Names in the order of how many rows have them. */
export const RunTable = z.object({
  rows: z.array(TableRow),
  parameters: z.array(z.string()),
  metrics: z.array(z.string()),
  next: z.string().nullable(),
})
export type RunTable = z.infer<typeof RunTable>

/** A run as other records refer to it. */
export const RunName = z.object({
  run: RunId,
  session: SessionId,
  notebook: z.string(),
  /** Place in its session, from 1: “run 14”. */
  order: z.number().int(),
  cell: z.number().int().nullable(),
  cellId: z.string().nullable(),
  title: z.string(),
  outcome: Outcome,
  ended: Timestamp,
})
export type RunName = z.infer<typeof RunName>

/** Whether an input of a run is still the same. `gone`: it no longer exists; `unknown`: it cannot be compared. */
export const ChangedSince = z.enum(['no', 'yes', 'gone', 'unknown'])
export type ChangedSince = z.infer<typeof ChangedSince>

export const WhyInput = z.object({
  edge: Edge,
  /** The run that made it; null where no recorded run did. */
  by: RunName.nullable(),
  changed: ChangedSince,
  /** The run that changed it last, where a recorded one did. */
  changedBy: RunName.nullable(),
  /** “`X` (run 9)”, “`births.csv` (changed since)”. */
  words: z.string(),
})
export type WhyInput = z.infer<typeof WhyInput>

/** A file that no run made, a module or a cell's code, somewhere upstream of a run, that is no longer as it was. */
export const ChangedRoot = z.object({
  kind: z.enum(['file', 'module', 'code']),
  /** Of a file its path as the run named it; of code its first words. */
  name: z.string(),
  changed: z.enum(['changed', 'gone']),
  /** The run that used it, or whose code it is. */
  by: RunName,
  /** The runs from there to the asked one, which is left out. */
  through: z.array(RunName),
})
export type ChangedRoot = z.infer<typeof ChangedRoot>

/** The receipt in words. `headline` is one sentence; `lines` go on, each a sentence of its own. */
export const Why = z.object({
  run: RunName,
  /** What was asked about: the run, one of its outputs (from 0), or a thing by name. */
  about: z.object({ output: z.number().int().nullable(), name: z.string().nullable() }),
  headline: z.string(),
  lines: z.array(z.string()),
  inputs: z.array(WhyInput),
  /** What changed further up, the nearest first; what the run itself used is among the inputs. */
  roots: z.array(ChangedRoot),
  /** Whether the cell's source changed in the last run of this cell; null if the cell is unknown. */
  sourceChanged: z.boolean().nullable(),
  /** Why it cannot be replayed; null where it can, as far as its bytes go. */
  notReplayable: z.string().nullable(),
  /** As in the receipt. */
  use: RunUse.optional(),
})
export type Why = z.infer<typeof Why>

export const TimelineRun = z.object({
  run: RunId,
  order: z.number().int(),
  cell: z.number().int().nullable(),
  cellId: z.string().nullable(),
  outcome: Outcome,
  title: z.string(),
  started: Timestamp.nullable(),
  ended: Timestamp,
  durationMs: z.number(),
  usedNames: z.array(z.string()),
  generatedNames: z.array(z.string()),
  /** The last picture that it showed. */
  thumbnail: z.object({ mime: z.string(), digest: Digest }).nullable(),
})
export type TimelineRun = z.infer<typeof TimelineRun>
/** `next` is the `after` of the following page. */
export const Timeline = z.object({
  session: SessionId,
  notebook: z.string(),
  started: Timestamp.nullable(),
  ended: Timestamp.nullable(),
  total: z.number().int(),
  runs: z.array(TimelineRun),
  next: z.number().int().nullable(),
})
export type Timeline = z.infer<typeof Timeline>

/** A session right after one of its runs. */
export const Moment = z.object({
  session: SessionId,
  order: z.number().int(),
  /** The last run of each cell until then, by the cells' places. */
  cells: z.array(RunName),
  /** The last version of each variable until then; what was deleted is left out. */
  variables: z.array(z.object({ name: z.string(), digest: z.string().nullable(), by: RunName })),
})
export type Moment = z.infer<typeof Moment>

export const SessionLine = z.object({
  session: SessionId,
  notebook: z.string(),
  started: Timestamp.nullable(),
  ended: Timestamp.nullable(),
  runs: z.number().int(),
})
export type SessionLine = z.infer<typeof SessionLine>

/** A notebook of the history: `path` is where it is, or was last. */
export const NotebookLine = z.object({
  id: z.string(),
  path: z.string(),
  /** The notebook that it is a copy of. */
  copiedFrom: z.object({ id: z.string(), path: z.string() }).nullable(),
})
export type NotebookLine = z.infer<typeof NotebookLine>

export const SliceList = z.object({ runs: z.array(RunName) })
export type SliceList = z.infer<typeof SliceList>

export const Checkpoint = z.object({
  checkpoint: z.string(),
  name: z.string(),
  notebook: z.string(),
  at: Timestamp,
  actor: Actor,
  /** The notebook's last run then; null where it had none. */
  run: RunId.nullable(),
  /** The notebook's file as it was then. */
  state: Digest,
  /** Why the server made it; absent if a person did. `name` is then that of the restored checkpoint, or the file's. */
  why: z.enum(['before-restore', 'restored', 'before-merge', 'before-resolve', 'quiet']).optional(),
})
export type Checkpoint = z.infer<typeof Checkpoint>
/** What a checkpoint holds: cells without outputs, in order. */
export const CheckpointState = z.object({
  checkpoint: Checkpoint,
  cells: z.array(
    z.object({ cellId: z.string(), type: z.enum(['code', 'markdown', 'raw']), source: z.string() }),
  ),
})
export type CheckpointState = z.infer<typeof CheckpointState>
export const RestoreCheckpoint = z.object({ notebook: ProjectPath })

export const NewCheckpoint = z.object({
  notebook: ProjectPath,
  name: z.string().trim().min(1).max(200),
})

/** One state of a thing, and the run that left it so. */
export const HistoryEntry = z.object({ by: RunName, edge: Edge })
export type HistoryEntry = z.infer<typeof HistoryEntry>
export const History = z.object({ versions: z.array(HistoryEntry), next: z.string().nullable() })
export type History = z.infer<typeof History>

/** `same` lines are on both sides. */
export const DiffLine = z.object({ type: z.enum(['same', 'removed', 'added']), text: z.string() })
export type DiffLine = z.infer<typeof DiffLine>
/** One thing that is not the same; null where a side has none. */
export const Difference = z.object({
  name: z.string(),
  a: z.string().nullable(),
  b: z.string().nullable(),
})
export type Difference = z.infer<typeof Difference>

const Side = z.object({ mime: z.string(), digest: Digest, size: z.number() })
/** How one output differs. `rest` counts what was left out of `cells` or `lines`. */
export const OutputDifference = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), index: z.number(), lines: z.array(DiffLine), rest: z.number() }),
  z.object({
    kind: z.literal('table'),
    index: z.number(),
    /** Rows and columns that only one side has, by their keys. */
    rows: z.object({ onlyA: z.array(z.string()), onlyB: z.array(z.string()) }),
    columns: z.object({ onlyA: z.array(z.string()), onlyB: z.array(z.string()) }),
    cells: z.array(z.object({ row: z.string(), column: z.string(), a: z.string(), b: z.string() })),
    rest: z.number(),
  }),
  z.object({
    kind: z.literal('image'),
    index: z.number(),
    a: Side,
    b: Side,
    /** Of pictures of one size: how many pixels a person would call different, and of how many. */
    pixels: z.object({ different: z.number(), of: z.number() }).nullable(),
  }),
  z.object({ kind: z.literal('bytes'), index: z.number(), a: Side.nullable(), b: Side.nullable() }),
])
export type OutputDifference = z.infer<typeof OutputDifference>

/** The comparison of two runs. Lists hold what differs; what is the same is left out. */
export const RunDiff = z.object({
  a: RunName,
  b: RunName,
  same: z.boolean(),
  /** Null where both ran the same source. */
  code: z.array(DiffLine).nullable(),
  outcome: Difference.nullable(),
  inputs: z.array(Difference.extend({ kind: VersionKind })),
  generated: z.array(Difference.extend({ kind: VersionKind })),
  packages: z.array(Difference),
  environment: z.array(Difference),
  parameters: z.array(Difference),
  metrics: z.array(Difference),
  random: z.array(Difference),
  outputs: z.array(OutputDifference),
})
export type RunDiff = z.infer<typeof RunDiff>

/** Two sessions or notebooks: cells matched by id, then those whose last runs differ. */
export const Diff = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('runs'), diff: RunDiff }),
  z.object({
    kind: z.literal('cells'),
    a: z.string(),
    b: z.string(),
    same: z.boolean(),
    /** Cell ids in the order they ran; equal orders are left out as null. */
    order: z.object({ a: z.array(z.string()), b: z.array(z.string()) }).nullable(),
    cells: z.array(
      z.object({
        cellId: z.string(),
        /** `changed`: another source, or a run that differs. */
        change: z.enum(['added', 'removed', 'changed']),
        code: z.array(DiffLine).nullable(),
        /** Null where a side never ran it. */
        run: RunDiff.nullable(),
      }),
    ),
  }),
])
export type Diff = z.infer<typeof Diff>
