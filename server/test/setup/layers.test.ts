/** The check of layers: no import goes up, and no file is long. */
import { expect, test } from 'vitest'
import { layerProblems, lengthProblems } from '../../setup/check-layers.ts'

const order = ['low', 'middle.ts other.ts', 'high']
const problems = (sources: Readonly<Record<string, string>>) =>
  layerProblems({ folder: 'p', order }, Object.entries(sources))

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
  expect(problems({ 'low/a.ts': text })).toEqual([
    expect.stringMatching(/^p\/low\/a\.ts imports \.\.\/high\/.*low → high\.$/),
  ])
})

test('a folder without a layer is a problem', () => {
  expect(problems({ 'new/a.ts': '' })).toEqual(['p/new is in no layer: add it to server/setup/layers.ts.'])
})

test('a file may have 400 lines', () => {
  const lines = (count: number) => 'x\n'.repeat(count)
  expect(lengthProblems([['a', lines(400)]])).toEqual([])
  expect(lengthProblems([['a', lines(401)]])).toEqual(['a has 401 lines, not 400: split it.'])
})
