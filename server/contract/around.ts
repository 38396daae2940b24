/**
 * The surroundings of a run: the runs that made its inputs, some steps back, and whether each input is still the
 * same. `GET /api/runs/<run>/around?hops=`
 */
import { z } from 'zod'
import { RunId } from './ids.ts'
import { ChangedRoot } from './past.ts'
import { RunSummary, VersionKind } from './run.ts'

/** A run near the asked one. */
export const AroundNode = RunSummary.extend({
  /** Place in its session, from 1. */
  order: z.number().int(),
  /** Steps from the asked run, which is 0. */
  hops: z.number().int(),
  /** Runs that made what it used and that are not in this answer. */
  more: z.number().int(),
})
export type AroundNode = z.infer<typeof AroundNode>

/** What one run gave to another. */
export const AroundEdge = z.object({
  from: RunId,
  to: RunId,
  things: z.array(z.object({ kind: VersionKind, name: z.string() })),
})
export type AroundEdge = z.infer<typeof AroundEdge>

/** Whether a thing that was used is now as it was. */
export const InputNow = z.object({
  kind: VersionKind,
  name: z.string(),
  /** `own` where the run changed it itself; `unknown` for another session's variable, an address, a program. */
  now: z.enum(['same', 'changed', 'gone', 'own', 'unknown']),
  /** The run that re-created it, if any. */
  by: RunId.nullable(),
  /** Place of that run in the session. */
  order: z.number().int().nullable(),
})
export type InputNow = z.infer<typeof InputNow>

export const Around = z.object({
  run: RunId,
  nodes: z.array(AroundNode),
  edges: z.array(AroundEdge),
  inputs: z.array(InputNow),
  /** What changed further up than `inputs`, the nearest first. */
  roots: z.array(ChangedRoot),
})
export type Around = z.infer<typeof Around>
