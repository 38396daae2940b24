/** Loaded by Vitest before each test file: `vi.waitFor` and `vi.waitUntil` wait as long as `patience.js` says. */
import { vi } from 'vitest'
import { WAIT_LIMIT } from './patience.js'

const INTERVAL_MS = 10

for (const name of ['waitFor', 'waitUntil']) {
  // Files of one worker share `vi`.
  const wait = vi[name].wait ?? vi[name]
  const patient = (check, options) => wait(check, { interval: INTERVAL_MS, ...options, timeout: WAIT_LIMIT })
  vi[name] = Object.assign(patient, { wait })
}
