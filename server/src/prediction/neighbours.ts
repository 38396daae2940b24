/** pure. What code takes that never ran, by the code that is most like it: calls, imports and loops in common. */
import type { Forecast } from '../../contract/prediction.ts'
import { quantile } from './fit.ts'
import type { Given, Sample } from './sample.ts'

/** A sample with the quantity that is predicted. */
export interface Valued {
  readonly sample: Sample
  readonly value: number
}

const NEAREST = 7
/** Below it nothing is in common that says anything. */
const LEAST_LIKENESS = 0.35
/** How what is done grows with the largest input, where nothing more is known. */
const GROWTH = 0.7
/** Even the nearest code is other code. */
const LEAST_SPREAD = Math.log(2)

export function byNeighbours(
  all: readonly Valued[],
  features: ReadonlySet<string>,
  given: Given,
  floor: number,
): Forecast | null {
  if (features.size === 0) return null
  const rarity = rarities(all)
  const near = all
    .map((one) => ({ ...one, likeness: likeness(features, one.sample.code.features, rarity) }))
    .filter((one) => one.likeness >= LEAST_LIKENESS)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, NEAREST)
  if (near.length === 0) return null
  const bulk = bulkOf(given)
  const scaled = near.map(({ sample, value, likeness: weight }) => ({
    log: Math.log(value + floor) + GROWTH * Math.log(bulk / bulkOf(sample)),
    weight: weight ** 3,
  }))
  const middle = weightedMedian(scaled)
  const spread = Math.max(
    LEAST_SPREAD,
    quantile(
      scaled.map(({ log }) => Math.abs(log - middle)),
      0.8,
    ),
  )
  const back = (log: number) => Math.max(0, Math.exp(log) - floor)
  return {
    ...{ value: back(middle), low: back(middle - spread), high: back(middle + spread) },
    ...{ method: 'project', runs: near.length },
  }
}

/** What few cells have says more: inverse frequency. */
function rarities(all: readonly Valued[]): (feature: string) => number {
  const counts = new Map<string, number>()
  for (const { sample } of all)
    for (const feature of sample.code.features) counts.set(feature, (counts.get(feature) ?? 0) + 1)
  return (feature) => Math.log(1 + (all.length + 1) / ((counts.get(feature) ?? 0) + 1))
}

function likeness(
  one: ReadonlySet<string>,
  other: ReadonlySet<string>,
  rarity: (feature: string) => number,
): number {
  const weigh = (features: Iterable<string>) => [...features].reduce((sum, name) => sum + rarity(name), 0)
  const all = weigh(new Set([...one, ...other]))
  return all === 0 ? 0 : weigh([...one].filter((name) => other.has(name))) / all
}

const bulkOf = ({ quantities }: Given): number => Math.max(1, ...quantities.values())

function weightedMedian(values: readonly { readonly log: number; readonly weight: number }[]): number {
  const sorted = values.toSorted((a, b) => a.log - b.log)
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  let below = 0
  for (const { log, weight } of sorted) {
    below += weight
    if (below >= half) return log
  }
  return sorted.at(-1)?.log ?? 0
}
