/** What the kernel of a run used over the time of the run, and its summary. */
import { z } from 'zod'
import { sizeText } from './amounts.ts'
import type { Say } from './words.ts'

export const MOST_SAMPLES = 120

/** Of the kernel and all processes below it. Bytes and percent; null where it cannot be measured. */
export const UseSample = z.object({
  /** Since the start of the run, ms. */
  ms: z.number().nonnegative(),
  /** Mean since the sample before; 100 is one processor core. Null in the first one. */
  cpu: z.number().nonnegative().nullable(),
  /** The highest since the sample before, as far as it was measured. */
  memory: z.number().nonnegative(),
  gpuMemory: z.number().nonnegative().nullable(),
})
export type UseSample = z.infer<typeof UseSample>

/** Samples in order of time. */
export const RunUse = z.array(UseSample).min(2).max(MOST_SAMPLES)
export type RunUse = z.infer<typeof RunUse>

export interface UseSummary {
  readonly peakMemory: number
  readonly meanCpu: number | null
  readonly peakGpuMemory: number | null
}

/** pure. Each mean of CPU counts as long as the time that it is of. */
export function summarizeUse(use: readonly UseSample[]): UseSummary {
  let [cpuMs, ms] = [0, 0]
  for (const [n, { cpu, ms: at }] of use.entries()) {
    const lasted = at - (use[n - 1]?.ms ?? at)
    if (cpu === null || lasted <= 0) continue
    cpuMs += cpu * lasted
    ms += lasted
  }
  const gpu = use.flatMap(({ gpuMemory }) => gpuMemory ?? [])
  return {
    peakMemory: Math.max(0, ...use.map(({ memory }) => memory)),
    meanCpu: ms === 0 ? null : cpuMs / ms,
    peakGpuMemory: gpu.length === 0 ? null : Math.max(...gpu),
  }
}

/** pure. What the summary says, a sentence each, for the page and the command line. */
export function wordsOfUse(
  use: readonly UseSample[],
  say: Say,
): Record<'memory' | 'cpu' | 'gpu', string | null> {
  const { peakMemory, meanCpu, peakGpuMemory } = summarizeUse(use)
  const size = (bytes: number) => sizeText(bytes, say.locale)
  return {
    memory: say('use.memory', { peak: size(peakMemory) }),
    cpu: meanCpu === null ? null : say('use.cpu', { mean: Math.round(meanCpu) }),
    gpu: peakGpuMemory === null ? null : say('use.gpu', { peak: size(peakGpuMemory) }),
  }
}
