/**
 * Routes that read the past, and the one that makes a checkpoint. A run, session or checkpoint may be named by a prefix
 * that no other id has.
 */
import { z } from 'zod'
import { Around } from './around.ts'
import { ProjectPath } from './ids.ts'
import {
  Checkpoint,
  CheckpointState,
  Diff,
  History,
  LogFilter,
  Moment,
  NewCheckpoint,
  NotebookLine,
  RestoreCheckpoint,
  RunTable,
  SessionLine,
  SliceList,
  Timeline,
  Why,
} from './past.ts'
import { plain } from './route.ts'
import { LogPage, Receipt, RunPlace } from './run.ts'

const read = { ...plain, method: 'get', role: 'viewer' } as const
const RunParam = z.object({ run: z.string() })
const SessionParam = z.object({ session: z.string() })
const CheckpointParam = z.object({ checkpoint: z.string().max(64) })
const SideName = z.string().min(1).max(4096)

export const pastApi = {
  log: {
    ...read,
    path: '/api/log',
    summary: 'Lists runs, newest first. A page may hold fewer runs than asked for and still have a `next`.',
    query: LogFilter,
    answer: LogPage,
  },
  receipt: {
    ...read,
    path: '/api/runs/:run',
    summary: 'Returns all that is recorded of a run.',
    params: RunParam,
    answer: Receipt,
  },
  runPlace: {
    ...read,
    path: '/api/runs/:run/place',
    summary: 'Returns where the notebook of a run is now.',
    params: RunParam,
    answer: RunPlace,
  },
  around: {
    ...read,
    path: '/api/runs/:run/around',
    summary:
      'Returns the runs that made what a run used, and which inputs have changed since. Whole run ids only.',
    params: RunParam,
    query: z.object({ hops: z.coerce.number().int().min(0).max(6).default(2) }),
    answer: Around,
  },
  table: {
    ...read,
    path: '/api/past/table',
    summary: 'Lists runs with their parameters and metrics side by side.',
    query: LogFilter,
    answer: RunTable,
  },
  why: {
    ...read,
    path: '/api/past/why/:run',
    summary:
      'Returns the receipt of a run in words: of the run, of one output, or of one thing that it generated.',
    params: RunParam,
    query: z.object({
      output: z.coerce.number().int().min(0).max(100_000).optional(),
      name: z.string().max(4096).optional(),
    }),
    answer: Why,
  },
  slice: {
    ...read,
    path: '/api/past/slice/:run',
    summary: 'Lists the runs that made a result, or sends them as a script or notebook.',
    params: RunParam,
    query: z.object({
      name: z.string().max(4096).optional(),
      as: z.enum(['ids', 'script', 'notebook']).default('ids'),
    }),
    answer: SliceList,
    streams: true,
  },
  runPicture: {
    ...read,
    path: '/runs/:run/picture',
    summary: 'The first PNG or JPEG that a run put out, for programs that show previews of links.',
    params: RunParam,
    /** One output of it, counted from 0. */
    query: z.object({ output: z.coerce.number().int().min(0).max(999_999).optional() }),
    answer: null,
    streams: true,
  },
  timeline: {
    ...read,
    path: '/api/past/timeline/:session',
    summary: 'Lists the runs of a session, by their place in it.',
    params: SessionParam,
    query: z.object({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(5000).default(5000),
    }),
    answer: Timeline,
  },
  moment: {
    ...read,
    path: '/api/past/moment/:session/:order',
    summary: 'Returns cells and variables as they were right after one run of a session.',
    params: SessionParam.extend({ order: z.coerce.number().int().min(0) }),
    answer: Moment,
  },
  history: {
    ...read,
    path: '/api/past/history',
    summary: 'Lists the versions of one thing, newest first.',
    query: LogFilter.pick({ kind: true, notebook: true, before: true, limit: true }).extend({
      name: z.string().min(1).max(4096),
    }),
    answer: History,
  },
  notebook: {
    ...read,
    path: '/api/past/notebook',
    summary: 'Returns where a notebook of the history is, and what it was copied from.',
    query: z.object({ notebook: ProjectPath }),
    answer: NotebookLine,
  },
  sessions: {
    ...read,
    path: '/api/past/sessions',
    summary: 'Lists sessions, newest first; with `replays=1` those of replays too.',
    query: LogFilter.pick({ notebook: true, replays: true, limit: true }),
    answer: z.array(SessionLine),
  },
  diff: {
    ...read,
    path: '/api/past/diff',
    summary: 'Compares two runs, sessions or notebooks, named as on the command line.',
    query: z.object({ a: SideName, b: SideName }),
    answer: Diff,
  },
  checkpoints: {
    ...read,
    path: '/api/past/checkpoints',
    summary: 'Lists checkpoints, newest first.',
    query: z.object({ notebook: ProjectPath.optional() }),
    answer: z.array(Checkpoint),
  },
  checkpoint: {
    ...read,
    path: '/api/past/checkpoints/:checkpoint',
    summary: 'Returns the cells of a checkpoint. Whole ids only.',
    params: CheckpointParam,
    answer: CheckpointState,
  },
  restoreCheckpoint: {
    ...plain,
    method: 'post',
    path: '/api/past/checkpoints/:checkpoint/restore',
    summary: 'Makes the cells of a notebook those of a checkpoint, between two checkpoints of its own.',
    role: 'editor',
    params: CheckpointParam,
    body: RestoreCheckpoint,
    answer: Checkpoint,
    status: 201,
  },
  makeCheckpoint: {
    ...plain,
    method: 'post',
    path: '/api/past/checkpoints',
    summary: 'Makes a checkpoint of a notebook as its document is now.',
    role: 'editor',
    body: NewCheckpoint,
    answer: Checkpoint,
    status: 201,
  },
} as const
