/** Samples of what a run uses: how many, which, and how long runs are thinned out; with a clock that the test turns. */
import { expect, test } from 'vitest'
import { MOST_SAMPLES, RunUse, summarizeUse } from '../../contract/run-use.ts'
import type { TreeUse } from '../../src/machines/processes.ts'
import { halved, RunSamples } from '../../src/machines/run-samples.ts'

const never = new Promise(() => undefined)
const MB = 1_000_000

/** A clock that goes on when the test says so, and a process whose use is a function of the time. */
function machine(useAt: (ms: number) => Omit<TreeUse, 'pids'> | null, gpuAt = Number.NEGATIVE_INFINITY) {
  let [now, isAsked] = [1_000, false]
  let due: { readonly at: number; readonly call: () => void } | null = null
  const samples = new RunSamples({
    now: () => now,
    later: (call, ms) => {
      const mine = { at: now + ms, call }
      due = mine
      return () => {
        if (due === mine) due = null
      }
    },
    tree: async () => {
      isAsked = true
      const use = useAt(now - 1_000)
      return use === null ? null : { pids: [7], ...use }
    },
    gpus: { look: () => ({ gpus: [], byPid: new Map([[7, 5 * MB]]), at: gpuAt }) },
  })
  const until = async (ms: number) => {
    while (due !== null && due.at <= 1_000 + ms) {
      const { at, call } = due
      due = null
      now = at
      call()
      // The look and what follows it are promises that are settled.
      await new Promise(setImmediate)
    }
    now = 1_000 + ms
  }
  return { samples, until, isWaiting: () => due !== null, wasAsked: () => isAsked }
}

test('a run of more than two seconds has samples from its start to its end', async () => {
  const { samples, until, isWaiting } = machine((ms) => ({
    cpuMs: ms * 2,
    memory: ms === 1_250 ? 9 * MB : MB,
  }))
  samples.begin('r', 7, never)
  await until(2_100)
  const use = RunUse.parse(samples.take('r'))
  expect(use.map(({ ms }) => ms)).toEqual([250, 750, 1_250, 1_750])
  expect(use.map(({ cpu }) => cpu)).toEqual([null, 200, 200, 200])
  expect(summarizeUse(use)).toEqual({ peakMemory: 9 * MB, meanCpu: 200, peakGpuMemory: null })
  expect(isWaiting()).toBe(false)
  expect(samples.take('r')).toBeNull()
})

test('a short run has none, and a very short one is not even measured', async () => {
  const short = machine(() => ({ cpuMs: 0, memory: 1 }))
  short.samples.begin('r', 7, never)
  await short.until(1_900)
  expect(short.samples.take('r')).toBeNull()
  const quick = machine(() => ({ cpuMs: 0, memory: 1 }))
  quick.samples.begin('r', 7, Promise.resolve())
  await quick.until(200)
  expect(quick.isWaiting()).toBe(false)
  expect(quick.wasAsked()).toBe(false)
})

test('sampling ends with the run, and also with its process', async () => {
  const { samples, until, isWaiting } = machine((ms) => (ms > 2_300 ? null : { cpuMs: ms, memory: MB }))
  samples.begin('r', 7, never)
  await until(9_000)
  expect(isWaiting()).toBe(false)
  expect(samples.take('r')).toHaveLength(5)
  expect(samples.take('another')).toBeNull()
})

test('GPU memory counts if it was measured during the run', async () => {
  for (const [at, expected] of [
    [0, null],
    [1_500, 5 * MB],
  ] as const) {
    const { samples, until } = machine(() => ({ cpuMs: 0, memory: 1 }), at)
    samples.begin('r', 7, never)
    await until(3_000)
    expect(samples.take('r')?.at(-1)?.gpuMemory).toBe(expected)
  }
})

test('a run of any length has at most as many samples as are drawn, with its peak and its mean', async () => {
  const day = 24 * 3600 * 1_000
  const { samples, until } = machine((ms) => ({
    cpuMs: ms / 2,
    memory: ms > 30_000 && ms < 31_000 ? 9 * MB : MB,
  }))
  samples.begin('r', 7, never)
  await until(day)
  const use = RunUse.parse(samples.take('r'))
  expect(use.length).toBeGreaterThan(MOST_SAMPLES / 2)
  expect(use.length).toBeLessThanOrEqual(MOST_SAMPLES)
  expect(use.at(-1)?.ms).toBeGreaterThan(day * 0.95)
  const { peakMemory, meanCpu } = summarizeUse(use)
  expect(peakMemory).toBe(9 * MB)
  expect(meanCpu).toBeCloseTo(50, 0)
})

test('two samples become one with the mean of CPU by time', () => {
  const at = (ms: number, cpu: number | null, memory: number) => ({ ms, cpu, memory, gpuMemory: null })
  const use = [at(0, null, 1), at(100, 100, 5), at(400, 200, 2), at(500, 40, 3)]
  expect(halved(use)).toEqual([at(0, null, 1), at(400, 175, 5), at(500, 40, 3)])
  expect(summarizeUse(halved(use)).meanCpu).toBe(summarizeUse(use).meanCpu)
  expect(halved([])).toEqual([])
})
