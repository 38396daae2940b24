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
const FEW = 5
const FEW_ALIKE = 3
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
    const equal = measured.filter(
      ({ sample }) => given.identity !== null && sample.identity === given.identity,
    )
    const lawful = byInputs(alikeIn(measured, given, FEW_ALIKE), given, floor)
    return (
      byEqual(alikeIn(equal, given, 1), lawful, floor) ??
      lawful ??
      byNeighbours(withValue(learned.ofProject(), pick), code.features, given, floor)
    )
  }
  return { ms: of(MEASURES.ms), memory: of(MEASURES.memory), stored: of(MEASURES.stored) }
}

/** First runs for a first run, later ones for a later one, if there are so many. */
function alikeIn(measured: readonly Valued[], { isFirst }: Given, least: number): readonly Valued[] {
  const alike = measured.filter(({ sample }) => sample.isFirst === isFirst)
  return alike.length >= least ? alike : measured
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

/** A few runs say little of how much they vary: the interval is then that of all runs of the code, if it is wider. */
function byEqual(equal: readonly Valued[], lawful: Forecast | null, floor: number): Forecast | null {
  if (equal.length === 0) return null
  const values = equal.slice(-EXACT).map(({ value }) => value)
  const value = median(values)
  const log = (one: number) => Math.log(one + floor)
  const own =
    quantile(
      values.map((one) => Math.abs(log(one) - log(value))),
      0.8,
    ) *
    (1 + 2 / values.length)
  const others = lawful === null || values.length >= FEW ? 0 : log(lawful.high) - log(lawful.value)
  const spread = Math.max(LEAST_SPREAD, own, others)
  const back = (at: number) => Math.max(0, Math.exp(at) - floor)
  return {
    ...{
      value,
      low: Math.min(value, back(log(value) - spread)),
      high: Math.max(value, back(log(value) + spread)),
    },
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
