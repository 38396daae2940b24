import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isInert } from '../../src/replay/inert.ts'
import { keptOut } from '../../src/replay/restore-rehearsal.ts'
import { edge, receipt } from './given.ts'

test.each([
  'import numpy as np',
  'import os, sys\nfrom pathlib import Path  # paths',
  'from a.b import (\n  c,\n  d as e,\n)\n\nimport f; import g',
])('imports of installed packages do nothing else: %j', (source) => {
  expect(isInert({ ...receipt('a'), source, used: [], generated: [] })).toBe(true)
})

test.each([
  'import os; os.remove("a")',
  'import numpy as np\nx = 1',
  '!rm a\nimport os',
  '%cd /\nimport os',
  'import os\nopen("a", "w")',
  'def f(): pass',
])('anything else may do something: %j', (source) => {
  expect(isInert({ ...receipt('a'), source, used: [], generated: [] })).toBe(false)
})

test('a module of the person’s own may do anything when it is imported', () => {
  const used = [edge('mine', { kind: 'module' })]
  expect(isInert({ ...receipt('a'), source: 'import mine', used, generated: [] })).toBe(false)
})

test('a library that fills its cache when it is imported does nothing to others', () => {
  const made = (name: string) => ({ used: [], generated: [edge(name, { kind: 'file' })] })
  const source = 'import matplotlib.pyplot as plt'
  const cache = join(homedir(), '.cache', 'matplotlib', 'fontlist.json')
  expect(isInert({ ...receipt('a'), source, ...made(cache) })).toBe(true)
  expect(isInert({ ...receipt('a'), source, ...made('/data/fonts') })).toBe(false)
})

test('a live kernel runs only what was clean and cannot be loaded', () => {
  const runs = ['clean', 'dirty', 'never', 'moved'].map((run) => ({
    ...receipt(run),
    source: 'x = f()',
    used: [],
    generated: [edge('x')],
  }))
  const again = new Map(runs.filter(({ run }) => run !== 'never').map((one) => [one.run, one]))
  const [, , , moved] = runs
  const loadable = new Map([['moved x', { run: 'moved', order: 1, edge: moved?.generated[0] ?? edge('x') }]])
  const kept = keptOut(runs, { again, clean: new Set(['clean', 'moved']) }, loadable, { writes: 'private' })
  expect([...kept.keys()]).toEqual(['dirty', 'never', 'moved'])
})
