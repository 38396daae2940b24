/** The card of a hover: what it says, and at which words it is asked for. */
import { expect, test } from 'vitest'
import { nameAt, variableCard } from '../src/editor/variable-card.ts'
import { t } from '../src/text/text.ts'

const variable = {
  name: 'df',
  type: 'pandas.DataFrame',
  group: 'value',
  shape: [3, 2],
  size: 48,
  preview: 'x, y',
  run: 'r1',
  cell: 'c1',
}
const placeOf = (cell: string) => (cell === 'c1' ? 4 : null)
const card = (more: object = {}) =>
  variableCard({ state: 'known', variable: { ...variable, ...more } }, placeOf)

test('it says type, shape, memory, preview and the cell that wrote it last', () => {
  expect(card()).toEqual({
    lines: ['df: pandas.DataFrame · 3 × 2 · 48 bytes', 'x, y', t('variables.writtenBy', { place: 4 })],
    isWhole: true,
  })
  expect(card({ running: true })?.lines.at(-1)).toBe(t('variables.running'))
  expect(card({ cell: 'gone' })?.lines).toHaveLength(2)
})

test('functions, classes and modules have their help as well', () => {
  expect(card({ group: 'function' })?.isWhole).toBe(false)
})

test.each([
  null,
  {},
  { state: 'waits' },
  { state: 'known', variable: null },
  { state: 'known', variable: { name: 1 } },
])('there is no card for %o', (answer) => expect(variableCard(answer, placeOf)).toBeNull())

test('attributes and numbers are no names', () => {
  expect(nameAt('df.head()', 0, 'df')).toBe('df')
  expect(nameAt('df.head()', 3, 'head')).toBeNull()
  expect(nameAt('df . head', 5, 'head')).toBeNull()
  expect(nameAt('x = 12', 4, '12')).toBeNull()
  expect(nameAt('变量 + 1', 0, '变量')).toBe('变量')
})
