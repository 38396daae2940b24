/** `npm run test:one` picks the runner from the path, and passes words on as the runner wants them. */
import { expect, test } from 'vitest'
import { runnerOf, wordsFor } from '../../setup/runners.js'

test.each([
  ['client/test/dates.test.ts', 'client', 'vitest.mjs'],
  ['server/test/store', 'server', 'vitest.mjs'],
  ['kernel-bridge/test/wire.test.ts', 'kernel-bridge', 'vitest.mjs'],
  ['kernel-bridge/agent/tests/test_urls.py', 'kernel-bridge/agent', 'pytest'],
  ['e2e/journeys/notebook.spec.ts', 'e2e', 'test'],
])('%s', (path, folder, command) => {
  expect(runnerOf(path)?.folder).toBe(folder)
  expect(runnerOf(path)?.command.join(' ')).toContain(command)
})

test('a path outside the folders of tests has no runner', () => {
  expect(runnerOf('client/src/main.tsx')).toBeNull()
  expect(runnerOf('server/testing')).toBeNull()
})

test('words choose cases by name, options go through', () => {
  const words = ['in', 'order', '--bail=1']
  const found = [
    'client/test/a.test.ts',
    'kernel-bridge/agent/tests/test_a.py',
    'e2e/journeys/a.spec.ts',
  ].map((path) => {
    const runner = runnerOf(path)
    return runner && wordsFor(runner, words)
  })
  expect(found).toEqual([
    ['-t', 'in order', '--bail=1'],
    ['-k', 'in and order', '--bail=1'],
    ['-g', 'in order', '--bail=1'],
  ])
})
