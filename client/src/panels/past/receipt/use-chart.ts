/** pure. Lines of what a run used, in a box of `WIDTH` by `HEIGHT`. */
import type { UseSample } from '@yesterday/server/contract/run-use.ts'

export const WIDTH = 240
export const HEIGHT = 48
/** CPU is drawn against one core at least, so that an idle kernel is a line at the bottom. */
const ONE_CORE = 100

export type UseSeries = 'memory' | 'cpu' | 'gpu'

export interface UseLine {
  readonly series: UseSeries
  /** The value at the upper edge; the lower edge is 0. */
  readonly most: number
  /** SVG paths. */
  readonly line: string
  readonly area: string
}

const VALUE_OF: Readonly<Record<UseSeries, (sample: UseSample) => number | null>> = {
  memory: ({ memory }) => memory,
  cpu: ({ cpu }) => cpu,
  gpu: ({ gpuMemory }) => gpuMemory,
}

/** The series that have at least two values. Time goes from the start of the run to its end, or to the last sample. */
export function linesOfUse(use: readonly UseSample[], durationMs: number): readonly UseLine[] {
  const end = Math.max(1, durationMs, ...use.map(({ ms }) => ms))
  return (['memory', 'cpu', 'gpu'] as const).flatMap((series) => {
    const points = use.flatMap((sample) => {
      const value = VALUE_OF[series](sample)
      return value === null ? [] : [{ x: (WIDTH * sample.ms) / end, value }]
    })
    if (points.length < 2) return []
    const most = Math.max(series === 'cpu' ? ONE_CORE : 1, ...points.map(({ value }) => value))
    const at = ({ x, value }: (typeof points)[number]) => `${round(x)} ${round(HEIGHT * (1 - value / most))}`
    const line = `M${points.map(at).join('L')}`
    const [first, last] = [points[0]?.x ?? 0, points.at(-1)?.x ?? 0]
    return [{ series, most, line, area: `${line}L${round(last)} ${HEIGHT}L${round(first)} ${HEIGHT}Z` }]
  })
}

const round = (value: number): number => Math.round(value * 10) / 10
