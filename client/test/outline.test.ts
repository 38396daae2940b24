import { cellMetadata, cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { Folds, isFolded } from '../src/outline/folds.ts'
import { headingIn, headingOver, outlineOf } from '../src/outline/outline.ts'

const prose = (id: string, text: string, folded = false) => ({ id, prose: text, folded })
const code = (id: string) => ({ id, prose: null, folded: false })

test('a heading is what a markdown source begins with, without its marks', () => {
  expect(headingIn('## A *b* `c` [d](e) ##\nmore')).toEqual({ level: 2, text: 'A b c d' })
  expect(headingIn('\n# A')).toEqual({ level: 1, text: 'A' })
  for (const none of ['', 'words\n# later', '#no', '# ', '####### seven']) expect(headingIn(none)).toBeNull()
})

test('a section ends at the next heading of its level or above; a folded one hides just that', () => {
  const cells = [
    code('a'),
    prose('h1', '# One'),
    code('b'),
    prose('h2', '## Two', true),
    code('c'),
    prose('h3', '# Three'),
    code('d'),
  ]
  const outline = outlineOf(cells)
  expect(outline.headings.map(({ id, section }) => [id, section])).toEqual([
    ['h1', ['b', 'h2', 'c']],
    ['h2', ['c']],
    ['h3', ['d']],
  ])
  expect([...outline.hidden]).toEqual(['c'])
  expect(headingOver(outline, 'c')?.id).toBe('h2')
  expect(headingOver(outline, 'h2')?.id).toBe('h1')
  expect(headingOver(outline, 'a')).toBeNull()
})

function folding() {
  const doc = new Y.Doc()
  cellsOf(doc).insert(0, [
    makeCell({ id: 'h', type: 'markdown', source: '# Head' }),
    makeCell({
      id: 'c',
      type: 'code',
      source: '1',
      metadata: { jupyter: { note: 'kept', outputs_hidden: true } },
    }),
    makeCell({ id: 'd', type: 'code', source: '2' }),
  ])
  return { doc, folds: new Folds(doc), cell: (index: number) => cellsOf(doc).get(index) }
}

test('folds follow the document and are reported only when they differ', () => {
  const { doc, folds, cell } = folding()
  let changes = 0
  folds.outline.subscribe(() => changes++)
  cellSource(cell(1)).insert(1, ' + 1')
  cellSource(cell(0)).insert(6, '\nwords')
  expect(changes).toBe(0)
  folds.foldHeading('h', true)
  expect([...folds.outline.get().hidden]).toEqual(['c', 'd'])
  cellsOf(doc).delete(2, 1)
  expect([...folds.outline.get().hidden]).toEqual(['c'])
  folds.open('c')
  expect(folds.outline.get().hidden.size).toBe(0)
  expect(changes).toBe(3)
})

test('parts are folded by the public keys, and the rest of the metadata stays', () => {
  const { folds, cell } = folding()
  expect(isFolded(cell(1), 'outputs')).toBe(true)
  folds.toggle(['c', 'd'], 'outputs')
  expect([isFolded(cell(1), 'outputs'), isFolded(cell(2), 'outputs')]).toEqual([true, true])
  folds.toggle(['c', 'd'], 'outputs')
  expect(cellMetadata(cell(1))?.toJSON()).toEqual({ jupyter: { note: 'kept' } })
  expect(cellMetadata(cell(2))?.toJSON()).toEqual({})
})
