/**
 * How long tests wait before they fail. A limit is a number of seconds on a quiet machine, multiplied by one factor:
 * `YESTERDAY_TEST_PATIENCE`, or else the load of each core when the tests start. `npm test` runs suites at the same time
 * and starts on a machine that is still quiet: its factor is at least `WHOLE_SUITE`.
 */
import { availableParallelism, loadavg } from 'node:os'

const MOST = 20

/** pure. The factor, at least 1. `load` is the average number of processes that want to run. */
export function patienceOf(given, load, cores) {
  const asked = Number(given)
  if (asked > 0) return asked
  return Math.min(MOST, Math.max(1, load / cores))
}

/** The least factor of `npm test`. A limit costs time only where a test fails. */
export const WHOLE_SUITE = 4

export const patience = patienceOf(
  process.env.YESTERDAY_TEST_PATIENCE,
  loadavg()[0] ?? 0,
  availableParallelism(),
)

/** A limit in milliseconds. `count` is in seconds on a quiet machine. */
export const seconds = (count) => Math.round(count * 1000 * patience)

/** A test, and what prepares it, ms. */
export const TEST_LIMIT = seconds(60)
/** One condition that a test waits for, ms. */
export const WAIT_LIMIT = seconds(20)
