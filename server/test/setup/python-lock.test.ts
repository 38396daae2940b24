/** The lock of the tests' Python packages pins each list, and names no place that packages come from. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LISTS, lockFile } from '../../setup/python-lists.js'

test.each(Object.entries(LISTS))('%s is pinned, for every index and system', (name, { packages }) => {
  const lines = readFileSync(lockFile(name), 'utf8').trimEnd().split('\n').slice(1)
  for (const line of lines) expect(line).toMatch(/^[\w.-]+==[\w.]+( ; .+)?$/)
  const pinned = new Set(lines.map((line) => line.split('==')[0]))
  const missing = packages.map((one) => one.split('==')[0]).filter((one) => !pinned.has(one))
  expect(missing).toEqual([])
})
