/**
 * Each target with its corpus and 150 inputs, or with as many as there is time for in `YESTERDAY_FUZZ_SECONDS`;
 * `npm run fuzz` feeds more.
 */
import { expect, test } from 'vitest'
import { seconds } from '../../setup/patience.js'
import { fuzz } from './harness.ts'
import { targets } from './targets.ts'

const SEED = 20_261_130
const INPUTS = 150
const SECONDS = Number(process.env.YESTERDAY_FUZZ_SECONDS ?? 0)

test.each(Object.keys(targets))(
  '%s: no crash, no stall, no change after a refusal',
  async (name) => {
    const budget = { seed: SEED, inputs: INPUTS }
    const until = performance.now() + SECONDS * 1000
    const { fault } = await fuzz(name, SECONDS > 0 ? { ...budget, until } : budget)
    expect(fault).toBeNull()
  },
  seconds(300),
)
