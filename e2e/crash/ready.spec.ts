/** What a proof makes of the times to ready: a long median fails it, beside the start of an empty project. */
import { expect, test } from '@playwright/test'
import { LONGEST_MEDIAN_MS, ReadyTimes } from '../support/times.ts'

async function timesOf(ms: readonly number[], isProof: boolean): Promise<ReadyTimes> {
  const times = new ReadyTimes(ms.length, isProof, async () => 900)
  for (const [round, one] of ms.entries()) {
    times.add(one)
    await times.endRound(round)
  }
  return times
}
const quick = new Array<number>(100).fill(1_000)
const slow = new Array<number>(100).fill(LONGEST_MEDIAN_MS + 1)

test('a proof fails by its median, and prints it next to a baseline of the same run', async () => {
  const passed = await timesOf([...quick, ...slow.slice(0, 40)], true)
  passed.judge()
  expect(passed.report()).toBe(
    'ready after a kill: p50 1000 ms, p90 5001 ms, p99 5001 ms, max 5001 ms of 140\n' +
      'ready in an empty project: p50 900 ms, p90 900 ms, p99 900 ms, max 900 ms of 7',
  )
  const failed = await timesOf(slow, true)
  expect(() => failed.judge()).toThrow('5000 ms')
  expect(() => failed.judge()).toThrow('ready in an empty project: p50 900 ms')
})

test('no time fails the tests, nor a proof of few rounds', async () => {
  const tested = await timesOf(slow, false)
  tested.judge()
  expect(tested.report()).toBe(
    'ready after a kill: p50 5001 ms, p90 5001 ms, p99 5001 ms, max 5001 ms of 100',
  )
  const short = await timesOf(slow.slice(0, 99), true)
  short.judge()
})
