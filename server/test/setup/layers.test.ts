/** The check of layers: imports that go up are counted, and so are lines. */
import { expect, test } from 'vitest'
import { layerProblems, lengthProblems } from '../../setup/check-layers.ts'

const order = ['low', 'middle.ts other.ts', 'high']
const problems = (sources: Readonly<Record<string, string>>, exceptions: Record<string, number> = {}) =>
  layerProblems({ folder: 'p', order, exceptions }, Object.entries(sources))

test.each([
  ['down', 'high/a.ts', "import { x } from '../low/x.ts'"],
  ['inside of a folder', 'low/a.ts', "import { x } from './deep/x.ts'"],
  ['inside of a layer', 'middle.ts', "import { x } from './other.ts'"],
  ['to a package', 'low/a.ts', "import { x } from 'high'"],
  ['out of the package', 'low/a.ts', "import { x } from '../../high/x.ts'"],
])('an import %s is fine', (_, path, text) => {
  expect(problems({ [path]: text })).toEqual([])
})

test.each([
  "import { x } from '../high/x.ts'",
  "import type { X } from '../high/x.ts'",
  "import {\n  type X,\n} from '../high/deep/x.ts'",
  "export { x } from '../high/x.ts'",
  "import '../high/x.css'",
  "const x = await import('../high/x.ts')",
])('an import that goes up is a problem: %j', (text) => {
  const [summary, line] = problems({ 'low/a.ts': text })
  expect(summary).toBe("p: 'low → high' goes up the layers 1 times, not 0:")
  expect(line).toContain('p/low/a.ts imports ../high/')
  expect(problems({ 'low/a.ts': text }, { 'low → high': 1 })).toEqual([])
  expect(problems({ 'low/a.ts': `${text}\n${text}` }, { 'low → high': 1 })).not.toEqual([])
})

test('an exception that holds no more, and a folder without a layer, are problems', () => {
  expect(problems({ 'low/a.ts': '' }, { 'low → high': 2 })).toEqual([
    "p: 'low → high' is 0 now, not 2: set it in server/setup/layers.ts.",
  ])
  expect(problems({ 'new/a.ts': '' })).toEqual(['p/new is in no layer: add it to server/setup/layers.ts.'])
})

test('a file may have 400 lines, or as many as it is allowed', () => {
  const lines = (count: number) => 'x\n'.repeat(count)
  expect(lengthProblems([['a', lines(400)]], {})).toEqual([])
  expect(lengthProblems([['a', lines(401)]], {})).toEqual(['a has 401 lines, not 400: split it.'])
  expect(lengthProblems([['a', lines(420)]], { a: 425 })).toEqual([])
  expect(lengthProblems([['a', lines(426)]], { a: 425 })).toHaveLength(1)
  expect(lengthProblems([['a', lines(399)]], { a: 425 })).toEqual([
    'a is short now: remove it from server/setup/layers.ts.',
  ])
})
