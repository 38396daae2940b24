/** How long tests wait is decided in one place for each runner. */
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { patienceOf } from '../../setup/patience.js'

const home = resolve(import.meta.dirname, '../../..')

test('the factor grows with the load of each core, up to a limit, and can be set', () => {
  expect(patienceOf(undefined, 0.3, 2)).toBe(1)
  expect(patienceOf(undefined, 16, 2)).toBe(8)
  expect(patienceOf(undefined, 900, 2)).toBe(20)
  expect(patienceOf('3', 900, 2)).toBe(3)
  expect(patienceOf('', 16, 2)).toBe(8)
  expect(patienceOf('soon', 16, 2)).toBe(8)
})

test('no test names a limit of its own', () => {
  const patterns = [
    'client/test/**/*.{ts,tsx}',
    'server/test/**/*.ts',
    'kernel-bridge/test/**/*.ts',
    'kernel-bridge/agent/tests/*.py',
    'e2e/{journeys,crash,support}/*.ts',
  ]
  const limit =
    /\btimeout(?::|=| =) ?\d[\d_]{2,}|\btimeout=\d+|^ *\}, \d[\d_]{3,}\)|setTimeout\(\d[\d_]{3,}\)/m
  const found = globSync(patterns, { cwd: home }).filter(
    (file) => limit.test(readFileSync(join(home, file), 'utf8')) && !file.endsWith('patience.test.ts'),
  )
  expect(found).toEqual([])
})
