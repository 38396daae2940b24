/**
 * pure. What a run will take: by runs of the same code with the same inputs; else by runs of the same code and how they
 * grew with their inputs; else by the code that is most like it. Invariant: what is not known is null, never a guess
 * without runs behind it.
 */
import type { Forecast } from '../../contract/prediction.ts'
import type { CodeShape } from './code-shape.ts'
import { estimate, median, quantile } from './fit.ts'
import { byNeighbours } from './neighbours.ts'
import type { Given, Sample } from './sample.ts'

/** The samples to learn from, the oldest first. */
export interface Learned {
  readonly ofCode: (skeleton: string) => readonly Sample[]
  /** A few of each code. */
  readonly ofProject: () => readonly Sample[]
}

export interface Expected {
  readonly ms: Forecast | null
  readonly memory: Forecast | null
  readonly stored: Forecast | null
}

/** Of equal runs only the newest count: machines and libraries change. */
const EXACT = 10
const LEAST_SPREAD = 0.1
const MEASURES = {
  ms: { of: (sample: Sample): number | null => sample.ms, floor: 1 },
  memory: { of: (sample: Sample): number | null => sample.memory, floor: 1_000_000 },
  stored: { of: (sample: Sample): number | null => sample.stored, floor: 100 },
} as const

export function predict(learned: Learned, code: CodeShape, given: Given): Expected {
  const own = learned.ofCode(code.skeleton)
  const of = ({ of: pick, floor }: (typeof MEASURES)[keyof typeof MEASURES]): Forecast | null => {
    const measured = withValue(own, pick)
    return (
      byEqual(
        measured.filter(({ sample }) => given.identity !== null && sample.identity === given.identity),
      ) ??
      byInputs(measured, given, floor) ??
      byNeighbours(withValue(learned.ofProject(), pick), code.features, given, floor)
    )
  }
  return { ms: of(MEASURES.ms), memory: of(MEASURES.memory), stored: of(MEASURES.stored) }
}

interface Valued {
  readonly sample: Sample
  readonly value: number
}

const withValue = (samples: readonly Sample[], of: (sample: Sample) => number | null): readonly Valued[] =>
  samples.flatMap((sample) => {
    const value = of(sample)
    return value === null ? [] : [{ sample, value }]
  })

function byEqual(equal: readonly Valued[]): Forecast | null {
  if (equal.length === 0) return null
  const values = equal.slice(-EXACT).map(({ value }) => value)
  const value = median(values)
  // A run or two say little of how much they vary.
  const widen = LEAST_SPREAD + 0.4 / values.length
  return {
    value,
    low: Math.min(quantile(values, 0.1), value * (1 - widen)),
    high: Math.max(quantile(values, 0.9), value * (1 + widen)),
    ...{ method: 'exact', runs: values.length },
  }
}

function byInputs(measured: readonly Valued[], given: Given, floor: number): Forecast | null {
  const points = measured.map(({ sample, value }) => ({ quantities: sample.quantities, value }))
  const found = estimate(points, given.quantities, floor)
  return found === null ? null : { ...found, method: 'inputs', runs: measured.length }
}

/** Sizes of what the code will generate, by those that it generated before. */
export function predictMade(own: readonly Sample[], given: Given): ReadonlyMap<string, number> {
  const names = own.at(-1)?.made.keys() ?? []
  const found = new Map<string, number>()
  for (const name of names) {
    const points = own.flatMap(({ quantities, made }) => {
      const value = made.get(name)
      return value === undefined ? [] : [{ quantities, value }]
    })
    const size = estimate(points, given.quantities, 0)
    if (size !== null) found.set(name, size.value)
  }
  return found
}
