/** What kernels use over the time of runs, in the record: of a long run, a short one, and one whose kernel dies. */
import { afterEach, describe, expect, test } from 'vitest'
import { RunUse, summarizeUse } from '../../contract/run-use.ts'
import { sayIn } from '../../contract/words.ts'
import { receiptLines } from '../../src/cli/receipt-text.ts'
import { whyOf } from '../../src/lineage/why.ts'
import { ada, type House, makeProject, openHouse, python, raze, receipts, whySkipped } from './house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

const MB = 1024 * 1024
const busy = 'import time\nend = time.monotonic() + 2.6\nwhile time.monotonic() < end: pass'

describe.skipIf(python === null || process.platform === 'win32')(`with a real kernel${whySkipped}`, () => {
  test('a long run has samples of its kernel, also where the kernel dies; a short one has none', async () => {
    house = await openHouse(
      await makeProject({
        long: `held = b"x" * ${200 * MB}\n${busy}`,
        short: 'del held',
        dies: `${busy}\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)`,
      }),
    )
    const { session } = await house.open()
    expect(await session.run(['long', 'short', 'dies'], ada)).toBeNull()
    await new Promise<void>((resolve) => {
      session.events.on('recorded', ({ outcome }) => outcome === 'died' && resolve())
    })
    const [long, short, dies] = await receipts(house)
    if (long === undefined || dies === undefined) throw new Error('runs are missing')
    const { peakMemory, meanCpu } = summarizeUse(RunUse.parse(long.use))
    expect(peakMemory).toBeGreaterThan(200 * MB)
    expect(meanCpu).toBeGreaterThan(0)
    expect(Math.max(...(long.use ?? []).map(({ ms }) => ms))).toBeLessThanOrEqual(long.durationMs + 1)
    expect(short?.use).toBeUndefined()
    expect(dies).toMatchObject({ outcome: 'died', cost: null })
    expect(RunUse.parse(dies.use).length).toBeGreaterThan(1)
    const why = await whyOf(house.store.index, async () => 'unknown', {
      receipt: long,
      output: null,
      name: null,
    })
    expect(why.use).toEqual(long.use)
    expect(receiptLines(long, sayIn.en).join('\n')).toMatch(
      /Use over time\n {2}Memory: peak [\d.]+ MB\n {2}CPU: mean \d+ %/,
    )
  })
})
