/** pure. Reads how many tests passed, failed and were skipped from what each runner wrote. */

/** A JSON report of Vitest. */
export function vitestCounts(report) {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** A JSON report of Playwright; a test that passed when it was tried again counts as passed and as unsteady. */
export function playwrightCounts({ stats }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    unsteady: stats.flaky,
  }
}

/** The last line of pytest: `3 failed, 120 passed, 1 skipped in 4.2s`; libraries may print behind it as they end. */
export function pytestCounts(output) {
  const summary =
    output.split('\n').findLast((line) => /\d+ (?:passed|failed|skipped|errors?)\b.* in /.test(line)) ?? ''
  const number = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0)
  return {
    passed: number('passed'),
    failed: number('failed') + number('errors?') + number('xpassed'),
    skipped: number('skipped') + number('xfailed'),
  }
}

/** Counts of a suite whose failed tests were tried again: those that passed then count as passed and as unsteady. */
export function afterSecondTry(first, second) {
  const unsteady = Math.max(0, first.failed - second.failed)
  return { passed: first.passed + unsteady, failed: second.failed, skipped: first.skipped, unsteady }
}

/** The sum of several; a runner that failed and counted nothing counts as one failure. */
export function add(total, { passed, failed, skipped, unsteady = 0 }, code) {
  total.passed += passed
  total.failed += failed === 0 && code !== 0 ? 1 : failed
  total.skipped += skipped
  total.unsteady += unsteady
}
