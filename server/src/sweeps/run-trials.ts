/** The engine of a sweep, for the page and the command line: trials, several at a time, until one is good enough. */
import { availableParallelism } from 'node:os'
import type { Comparison } from '../../contract/past.ts'
import type { Trial } from '../../contract/sweep-grid.ts'
import { runTrial, type SweepWorld, type TrialResult } from './trial.ts'

export interface SweepPlan {
  readonly trials: readonly Trial[]
  /** The place of the cell among the code cells after which the values are set. */
  readonly place: number
  readonly stopWhen: readonly Comparison[]
  /** Trials at the same time. */
  readonly jobs: number
}

export interface SweepEvents {
  readonly onStarted?: (number: number) => void
  readonly onEnded: (result: TrialResult) => void
}

/** Half of the cores: a trial often uses more than one. */
export const defaultJobs = (): number => Math.max(1, Math.floor(availableParallelism() / 2))

/** Settles when no trial runs. After `stopped` no further trial begins, and those that run end. */
export async function runTrials(
  world: SweepWorld,
  { trials, place, stopWhen, jobs }: SweepPlan,
  { onStarted, onEnded }: SweepEvents,
  stopped: AbortSignal,
): Promise<void> {
  const waiting = trials.map((trial, index) => ({ number: index + 1, trial, place }))
  const work = async (): Promise<void> => {
    while (!stopped.aborted) {
      const next = waiting.shift()
      if (next === undefined) return
      onStarted?.(next.number)
      const result = await runTrial(world, next, stopped)
      onEnded(result)
      if (stopWhen.length > 0 && satisfies(result, stopWhen)) waiting.length = 0
    }
  }
  await Promise.all(Array.from({ length: Math.min(trials.length, jobs) }, work))
}

/** A trial without one of the numbers does not satisfy. */
function satisfies({ figures: { parameters, metrics } }: TrialResult, all: readonly Comparison[]): boolean {
  return all.every(({ name, operator, value }) => {
    const known = metrics[name] ?? parameters[name]
    if (known === undefined) return false
    const holds = { '<': known < value, '<=': known <= value, '>': known > value, '>=': known >= value }
    return operator === '=' ? known === value : operator === '!=' ? known !== value : holds[operator]
  })
}
