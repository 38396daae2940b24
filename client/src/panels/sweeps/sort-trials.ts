/** pure. The order of the trials of a sweep. */
import type { SweepTrial } from '@yesterday/server/contract/sweeps.ts'

export interface TrialSort {
  readonly by: 'number' | 'time' | { readonly metric: string }
  /** From the largest. */
  readonly isDown: boolean
}

/** Trials without that number come last; among equals their own order stays. */
export function sortTrials(trials: readonly SweepTrial[], { by, isDown }: TrialSort): readonly SweepTrial[] {
  const numberOf = (one: SweepTrial): number | null => {
    if (by === 'number') return one.number
    return by === 'time' ? one.durationMs : (one.metrics[by.metric] ?? null)
  }
  return trials.toSorted((a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return (isDown ? y - x : x - y) || a.number - b.number
  })
}
