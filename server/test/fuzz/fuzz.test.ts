/** Each target with its corpus and a few hundred inputs; `npm run fuzz` feeds more. */
import { expect, test } from 'vitest'
import { seconds } from '../../setup/patience.js'
import { fuzz } from './harness.ts'
import { targets } from './targets.ts'

const SEED = 20_261_130
const INPUTS = 150

test.each(Object.keys(targets))(
  '%s: no crash, no stall, no change after a refusal',
  async (name) => {
    const { fault } = await fuzz(name, { seed: SEED, inputs: INPUTS })
    expect(fault).toBeNull()
  },
  seconds(300),
)
