/** The closing line of `npm test` counts what each runner reported. */
import { expect, test } from 'vitest'
import {
  add,
  afterFilesAgain,
  afterSecondTry,
  failedFiles,
  playwrightCounts,
  pytestCounts,
  vitestCounts,
} from '../../setup/counts.js'

test('pytest is read from its last line', () => {
  const output =
    'F.s\nFAILED tests/test_a.py::test_b - AssertionError\n2 failed, 10 passed, 1 skipped, 1 xfailed, 1 error in 4.20s (0:00:04)\nbye from a library'
  expect(pytestCounts(output)).toEqual({
    passed: 10,
    failed: 3,
    skipped: 2,
    which: ['FAILED tests/test_a.py::test_b - AssertionError'],
  })
})

test('what passes at the second try is passed and unsteady, the rest stays failed', () => {
  const first = { passed: 10, failed: 3, skipped: 2, which: ['FAILED a - 1', 'FAILED b - 1', 'FAILED c - 1'] }
  expect(afterSecondTry(first, { passed: 2, failed: 1, skipped: 0, which: ['FAILED b - 2'] })).toEqual({
    passed: 12,
    failed: 1,
    skipped: 2,
    unsteady: 2,
    which: ['unsteady: FAILED a - 1', 'FAILED b - 1', 'unsteady: FAILED c - 1'],
  })
})

test('a second try that ran nothing counts as a failure', () => {
  const total = { passed: 0, failed: 0, skipped: 0, unsteady: 0, which: [] }
  const first = { passed: 10, failed: 3, skipped: 0, which: [] }
  add(total, afterSecondTry(first, pytestCounts('no tests ran in 0.01s')), 5, 'agent')
  expect(total.failed).toBe(1)
  expect(total.which).toEqual(['agent: ended with 5, and no test of it failed'])
})

test('a test that failed is named with the first line of its reason, and so is a file that could not be run', () => {
  const failed = {
    status: 'failed',
    fullName: 'adds',
    failureMessages: ['\u001b[31mexpected 2\u001b[0m\nat a.ts'],
  }
  const testResults = [
    { name: 'a.test.ts', status: 'failed', message: '', assertionResults: [failed] },
    { name: 'b.test.ts', status: 'failed', message: 'cannot find c\nat b', assertionResults: [] },
  ]
  expect(vitestCounts({ testResults }).which).toEqual([
    'a.test.ts > adds: expected 2',
    'b.test.ts: cannot find c',
  ])
})

test('a journey is named, with the one that passed at its second try', () => {
  const spec = (title: string, status: string) => ({
    file: 'a.spec.ts',
    title,
    tests: [{ status, results: [{ error: { message: 'late\nat a' } }] }],
  })
  const suites = [
    {
      specs: [spec('one', 'unexpected')],
      suites: [{ specs: [spec('two', 'flaky'), spec('three', 'expected')] }],
    },
  ]
  const stats = { expected: 1, flaky: 1, unexpected: 1, skipped: 0 }
  expect(playwrightCounts({ stats, suites, errors: [] }).which).toEqual([
    'a.spec.ts > one: late',
    'unsteady: a.spec.ts > two: late',
  ])
})

test('Vitest files that failed are counted by their second run, also one that only the printed text names', () => {
  const of = (status: string, fullName: string) => ({ status, fullName, failureMessages: ['late'] })
  const file = (name: string, ...assertionResults: object[]) => ({
    name,
    status: assertionResults.some((one) => Reflect.get(one, 'status') === 'failed') ? 'failed' : 'passed',
    message: '',
    assertionResults,
  })
  const first = {
    testResults: [
      file('/s/a.test.ts', of('passed', '1'), of('failed', '2'), of('failed', '3')),
      file('/s/b.test.ts', of('passed', '4'), of('pending', '5')),
    ],
  }
  const again = failedFiles(first, 'FAIL  test/c.test.ts [ test/c.test.ts ]\nWorker exited', '/s')
  expect([...again]).toEqual(['/s/a.test.ts', '/s/test/c.test.ts'])
  const second = {
    testResults: [
      file('/s/a.test.ts', of('passed', '1'), of('passed', '2'), of('failed', '3')),
      file('/s/test/c.test.ts', of('passed', '6')),
    ],
  }
  expect(afterFilesAgain(first, again, second)).toEqual({
    passed: 4,
    failed: 1,
    skipped: 1,
    unsteady: 2,
    which: [
      'unsteady: /s/a.test.ts > 2: late',
      'unsteady: /s/test/c.test.ts: an error outside its tests',
      '/s/a.test.ts > 3: late',
    ],
  })
})
