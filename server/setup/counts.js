/** pure. Reads how many tests passed, failed and were skipped, and which, from what each runner wrote. */
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** Of a message, what fits on a line of the closing list. */
const firstLine = (text) =>
  stripVTControlCharacters(text ?? '')
    .trim()
    .split('\n')[0]
    .slice(0, 300)

/** A JSON report of Vitest without the files `except`; `which` has a file that could not be run as well. */
export function vitestCounts(report, except = new Set()) {
  const files = report.testResults.filter(({ name }) => !except.has(name))
  const tests = files.flatMap((file) => file.assertionResults)
  const failed = tests.filter(({ status }) => status === 'failed').length
  const passed = tests.filter(({ status }) => status === 'passed').length
  return { passed, failed, skipped: tests.length - passed - failed, which: files.flatMap(failuresOf) }
}

function failuresOf({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0 && status === 'failed') return [`${name}: ${firstLine(message)}`]
  return failed.map((test) => `${name} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`)
}

/** Files of a Vitest report in which something failed, with those that only the printed text names. */
export function failedFiles(report, output, folder) {
  const failed = report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name)
  const named = /(?:FAIL\s+|This error originated in ")(?:\|[^|]*\|\s+)?([^\s"]+\.test\.tsx?)/g
  const printed = stripVTControlCharacters(output).matchAll(named)
  return new Set([...failed, ...[...printed].map(([, path]) => join(folder, path))])
}

/** Counts of a Vitest run whose failed files were run a second time. */
export function afterFilesAgain(first, again, second) {
  const once = vitestCounts(first, again)
  const twice = vitestCounts(second)
  const before = [...again].flatMap((name) => {
    const file = first.testResults.find((one) => one.name === name)
    const failures = file === undefined ? [] : failuresOf(file)
    return failures.length > 0 ? failures : [`${name}: an error outside its tests`]
  })
  const stillFails = (line) => twice.which.some((other) => nameIn(other) === nameIn(line))
  const unsteady = before.filter((line) => !stillFails(line)).map((line) => `unsteady: ${line}`)
  return {
    passed: once.passed + twice.passed,
    failed: twice.failed,
    skipped: once.skipped + twice.skipped,
    unsteady: unsteady.length,
    which: [...unsteady, ...twice.which],
  }
}

const nameIn = (line) => line.slice(0, line.indexOf(': '))

/** A JSON report of Playwright; a test that passed when it was tried again counts as passed and as unsteady. */
export function playwrightCounts({ stats, suites, errors }) {
  const specs = (suite) => [...suite.specs, ...(suite.suites ?? []).flatMap(specs)]
  const described = ({ file, title, tests }) =>
    tests
      .filter((test) => test.status === 'unexpected' || test.status === 'flaky')
      .map(({ status, results }) => {
        const error = results.find((result) => result.error)?.error
        return `${status === 'flaky' ? 'unsteady: ' : ''}${file} > ${title}: ${firstLine(error?.message)}`
      })
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    unsteady: stats.flaky,
    which: [...errors.map((error) => firstLine(error.message)), ...suites.flatMap(specs).flatMap(described)],
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
    which: output
      .split('\n')
      .filter((line) => /^(?:FAILED|ERROR) /.test(line))
      .map(firstLine),
  }
}

/** Counts of a suite whose failed tests were tried again: those that passed then count as passed and as unsteady. */
export function afterSecondTry(first, second) {
  const unsteady = Math.max(0, first.failed - second.failed)
  const stillFails = (line) => second.which.some((other) => other.split(' - ')[0] === line.split(' - ')[0])
  const which = first.which.map((line) => (stillFails(line) ? line : `unsteady: ${line}`))
  return { passed: first.passed + unsteady, failed: second.failed, skipped: first.skipped, unsteady, which }
}

/**
 * The sum of several; a runner that failed and counted nothing counts as one failure. `which` takes a line for each test
 * that failed or passed at its second try, with the runner's `name`.
 */
export function add(total, { passed, failed, skipped, unsteady = 0, which = [] }, code, name = '') {
  const silent = failed === 0 && code !== 0
  total.passed += passed
  total.failed += silent ? 1 : failed
  total.which.push(...which.map((line) => `${name}: ${line}`))
  if (silent) total.which.push(`${name}: ended with ${code}, and no test of it failed`)
  total.skipped += skipped
  total.unsteady += unsteady
}
