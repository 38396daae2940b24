/** Notebooks merged as git asks: nothing of either side is lost, conflicts are kept apart and marked. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MARKER_TAG } from '../../contract/document.ts'
import type { CellForm, NotebookForm } from '../../src/document/cell-form.ts'
import { diffNotebooks } from '../../src/git/diff-notebooks.ts'
import { mergeNotebooks } from '../../src/git/merge-notebooks.ts'

const cell = (id: string, source: string, more: Partial<CellForm> = {}): CellForm => ({
  id,
  type: 'code',
  source,
  metadata: {},
  attachments: null,
  outputs: [],
  executionCount: null,
  ...more,
})
const book = (...cells: readonly CellForm[]): NotebookForm => ({
  nbformat: 4,
  minor: 5,
  metadata: {},
  cells: [...cells],
})
const printed = (text: string) => [{ output_type: 'stream', name: 'stdout', text }]
const sources = ({ cells }: NotebookForm): string[] => cells.map(({ source }) => source)

const base = book(
  cell('a', 'x = 1\ny = 2\nz = 3'),
  cell('b', 'print(x)', { outputs: printed('1\n') }),
  cell('c', 'end'),
)

test('changes of different lines and cells are merged; a source of both sides has no outputs', () => {
  const ours = book(cell('a', 'x = 10\ny = 2\nz = 3', { outputs: printed('a') }), ...base.cells.slice(1))
  const theirs = book(
    cell('a', 'x = 1\ny = 2\nz = 30', { outputs: printed('b') }),
    cell('n', 'new'),
    ...base.cells.slice(1),
  )
  const { form, conflicts } = mergeNotebooks(base, ours, theirs)
  expect(conflicts).toEqual([])
  expect(sources(form)).toEqual(['x = 10\ny = 2\nz = 30', 'new', 'print(x)', 'end'])
  expect(form.cells[0]?.outputs).toEqual([])
  expect(form.cells[2]?.outputs).toEqual(printed('1\n'))
})

test('the same lines changed on both sides are kept apart, between markers', () => {
  const ours = book(cell('a', 'x = 10\ny = 2\nz = 3'), ...base.cells.slice(1))
  const theirs = book(cell('a', 'x = 20\ny = 2\nz = 3'), ...base.cells.slice(1))
  const { form, conflicts } = mergeNotebooks(base, ours, theirs)
  expect(conflicts).toEqual(['cell 1 was changed on both sides; both are kept'])
  expect(sources(form)).toEqual([
    '**`<<<<<<< ours`**',
    'x = 10\ny = 2\nz = 3',
    '**`=======`**',
    'x = 20\ny = 2\nz = 3',
    '**`>>>>>>> theirs`**',
    'print(x)',
    'end',
  ])
  expect(form.cells[0]).toMatchObject({ type: 'markdown', metadata: { tags: [MARKER_TAG] } })
  expect(new Set(form.cells.map(({ id }) => id)).size).toBe(form.cells.length)
})

test('a cell that was removed on one side and changed on the other is kept and reported', () => {
  const removed = book(...base.cells.slice(1))
  const changed = book(cell('a', 'x = 5'), ...base.cells.slice(1))
  for (const [ours, theirs] of [
    [removed, changed],
    [changed, removed],
  ] as const) {
    const { form, conflicts } = mergeNotebooks(base, ours, theirs)
    expect(conflicts).toHaveLength(1)
    expect(sources(form)).toContain('x = 5')
  }
})

const line = fc.constantFrom('a', 'b', 'c', 'd')
const someCell = fc.record({
  id: fc.constantFrom('p', 'q', 'r', 's'),
  source: fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n')),
})
const someBook = fc
  .uniqueArray(someCell, { selector: ({ id }) => id, maxLength: 4 })
  .map((cells) => book(...cells.map(({ id, source }) => cell(id, source))))

test('whatever the three are: unchanged sides give the other, and no line of a side that was added is lost', () => {
  fc.assert(
    fc.property(someBook, someBook, someBook, (first, ours, theirs) => {
      expect(sources(mergeNotebooks(first, ours, first).form)).toEqual(sources(ours))
      expect(sources(mergeNotebooks(first, first, theirs).form).toSorted()).toEqual(
        sources(theirs).toSorted(),
      )
      const merged = sources(mergeNotebooks(first, ours, theirs).form)
        .join('\n')
        .split('\n')
      const lines = new Set(merged)
      const before = new Set(sources(first).flatMap((source) => source.split('\n')))
      for (const one of [...sources(ours), ...sources(theirs)].flatMap((source) => source.split('\n')))
        if (!before.has(one)) expect(lines.has(one), one).toBe(true)
    }),
  )
})

test('a diff lists what was added, removed, moved and changed', () => {
  const after = book(
    cell('c', 'end'),
    cell('a', 'x = 1\ny = 20\nz = 3', { metadata: { tags: ['t'] } }),
    cell('n', 'new'),
  )
  expect(diffNotebooks('a.ipynb', base, after)).toEqual([
    '--- a/a.ipynb',
    '+++ b/a.ipynb',
    '@@ cell 2 (code, b) removed @@',
    '-print(x)',
    '@@ cell 1 (code, c) moved from 3 @@',
    '@@ cell 2 (code, a) changed, moved from 1 @@',
    ' x = 1',
    '-y = 2',
    '+y = 20',
    ' z = 3',
    '  metadata changed',
    '@@ cell 3 (code, n) added @@',
    '+new',
  ])
  expect(diffNotebooks('a.ipynb', base, base)).toEqual([])
})
