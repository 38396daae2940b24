/** The closing line of `npm test` counts what each runner reported. */
import { expect, test } from 'vitest'
import { add, afterSecondTry, pytestCounts } from '../../setup/counts.js'

test('pytest is read from its last line', () => {
  const output =
    'F.s\n2 failed, 10 passed, 1 skipped, 1 xfailed, 1 error in 4.20s (0:00:04)\nbye from a library'
  expect(pytestCounts(output)).toEqual({ passed: 10, failed: 3, skipped: 2 })
})

test('what passes at the second try is passed and unsteady, the rest stays failed', () => {
  const first = { passed: 10, failed: 3, skipped: 2 }
  expect(afterSecondTry(first, { passed: 2, failed: 1, skipped: 0 })).toEqual({
    passed: 12,
    failed: 1,
    skipped: 2,
    unsteady: 2,
  })
})

test('a second try that ran nothing counts as a failure', () => {
  const total = { passed: 0, failed: 0, skipped: 0, unsteady: 0 }
  const first = { passed: 10, failed: 3, skipped: 0 }
  add(total, afterSecondTry(first, pytestCounts('no tests ran in 0.01s')), 5)
  expect(total.failed).toBe(1)
})
