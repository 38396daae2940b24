/** Sweeps: a notebook run many times with other values of its parameters, each trial a recorded session. */
import { z } from 'zod'
import { Actor } from './actor.ts'
import { RunId, SessionId, Timestamp } from './ids.ts'
import { plain } from './route.ts'
import { MOST_TRIALS } from './sweep-grid.ts'

/** Trials at the same time. */
export const MOST_JOBS = 64

export const SweepRequest = z.object({
  /** Values as `sweep-grid.ts` reads them: `0.1,0.01`, `2..6`, `0.001..0.1:log`. */
  parameters: z
    .array(z.object({ name: z.string().max(200), values: z.string().max(2_000) }))
    .min(1)
    .max(20),
  /** Draws so many trials; null runs the whole grid. */
  random: z.int().min(1).max(MOST_TRIALS).nullable(),
  /** Null draws one. */
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .nullable(),
  /** Null is half of the cores. */
  parallel: z.int().min(1).max(MOST_JOBS).nullable(),
  /** Comparisons; no further trial begins once one satisfies them. Empty for none. */
  stopWhen: z.string().max(500),
})
export type SweepRequest = z.infer<typeof SweepRequest>

/**
 * `stopped`: a person stopped the sweep meanwhile. `killed`: the server ended meanwhile. `skipped`: it never began, since
 * the sweep was stopped, was good enough, or the server ended.
 */
export const TrialState = z.enum(['waiting', 'running', 'ok', 'error', 'stopped', 'killed', 'skipped'])
export type TrialState = z.infer<typeof TrialState>

export const SweepTrial = z.object({
  number: z.int(),
  /** Python source by parameter. */
  values: z.record(z.string(), z.string()),
  state: TrialState,
  durationMs: z.number().nullable(),
  /** Its last run; null until it has ended. */
  run: RunId.nullable(),
  session: SessionId.nullable(),
  metrics: z.record(z.string(), z.number()),
  /** The last line of its error. */
  error: z.string().nullable(),
})
export type SweepTrial = z.infer<typeof SweepTrial>

/** `interrupted`: the server ended meanwhile. `failed`: no trial could be run, see `problem`. */
export const SweepState = z.enum(['running', 'done', 'stopped', 'interrupted', 'failed'])
export type SweepState = z.infer<typeof SweepState>

const SweepHead = z.object({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  state: SweepState,
  started: Timestamp,
  ended: Timestamp.nullable(),
  by: Actor,
  request: SweepRequest,
})

export const Sweep = SweepHead.extend({
  /** Grows with each change. */
  revision: z.int(),
  trials: z.array(SweepTrial).max(MOST_TRIALS),
  problem: z.string().nullable(),
})
export type Sweep = z.infer<typeof Sweep>

export const SweepLine = SweepHead.extend({ trials: z.int(), endedTrials: z.int() })
export type SweepLine = z.infer<typeof SweepLine>

/** Newest first. `parallel`: how many trials run at the same time unless a number is given. */
export const SweepList = z.object({ sweeps: z.array(SweepLine), parallel: z.int() })
export type SweepList = z.infer<typeof SweepList>

const OfNotebook = z.object({ document: z.string().max(200) })
const OneSweep = OfNotebook.extend({ sweep: z.string().max(200) })

export const sweepApi = {
  sweeps: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/sweeps',
    summary: 'Lists the sweeps of a notebook, newest first.',
    role: 'viewer',
    params: OfNotebook,
    answer: SweepList,
  },
  startSweep: {
    ...plain,
    method: 'post',
    path: '/api/notebooks/:document/sweeps',
    summary: 'Starts a sweep of the notebook as it is now. At most two run at once.',
    role: 'runner',
    params: OfNotebook,
    body: SweepRequest,
    answer: Sweep,
    status: 202,
  },
  sweep: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/sweeps/:sweep',
    summary: 'Returns a sweep with its trials. With `after`, waits up to 20 s for a later revision.',
    role: 'viewer',
    params: OneSweep,
    query: z.object({ after: z.coerce.number().int().optional() }),
    answer: Sweep,
  },
  stopSweep: {
    ...plain,
    method: 'delete',
    path: '/api/notebooks/:document/sweeps/:sweep',
    summary: 'Stops a sweep. What its trials recorded stays.',
    role: 'runner',
    params: OneSweep,
    answer: Sweep,
  },
} as const
