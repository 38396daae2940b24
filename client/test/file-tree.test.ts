/** The file tree: rows as they are seen, and what keys mean in it. */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  emptyTree,
  foldersAbove,
  inFolder,
  moveFor,
  nameOf,
  parentOf,
  type Row,
  rowsOf,
  type Tree,
  withFolder,
  withOpen,
} from '../src/files/tree.ts'

const entry = (path: string, type: FileEntry['type'] = 'file'): FileEntry => ({
  path,
  name: nameOf(path),
  type,
  size: 1,
  modified: '2026-01-01T00:00:00.000Z',
  writable: true,
})
const known = (tree: Tree, folder: string, ...entries: FileEntry[]): Tree =>
  withFolder(tree, folder, { at: 'known', entries })

const tree = known(
  known(emptyTree, '', entry('b.ipynb'), entry('run 10.csv'), entry('run 2.csv'), entry('data', 'folder')),
  'data',
  entry('data/x.csv'),
  entry('data/deep', 'folder'),
)
const shown = (rows: readonly Row[]): readonly string[] =>
  rows.map((row) =>
    row.type === 'entry'
      ? `${row.depth} ${row.entry.path}`
      : `${row.depth} ${typeof row.state === 'string' ? row.state : row.state.message}`,
  )

describe('rows', () => {
  test('folders come first, and numbers in names are numbers', () => {
    expect(shown(rowsOf(tree))).toEqual(['1 data', '1 b.ipynb', '1 run 2.csv', '1 run 10.csv'])
  })

  test('an open folder has its rows below it, and says what is not there', () => {
    const open = withOpen(withOpen(tree, 'data', true), 'data/deep', true)
    expect(shown(rowsOf(open)).slice(0, 4)).toEqual(['1 data', '2 data/deep', '3 loading', '2 data/x.csv'])
    expect(shown(rowsOf(known(open, 'data/deep')))[2]).toBe('3 empty')
    const problem = { status: 404, code: 'gone', message: 'The folder is gone.', hint: null }
    expect(shown(rowsOf(withFolder(open, 'data/deep', { at: 'failed', problem })))[2]).toBe(
      '3 The folder is gone.',
    )
  })

  test('a closed folder hides what is open in it, and has it back', () => {
    const open = withOpen(withOpen(tree, 'data', true), 'data/deep', true)
    const closed = withOpen(open, 'data', false)
    expect(shown(rowsOf(closed))).toEqual(shown(rowsOf(tree)))
    expect(rowsOf(withOpen(closed, 'data', true))).toEqual(rowsOf(open))
  })

  test('before an answer the project is loading', () => {
    expect(shown(rowsOf(emptyTree))).toEqual(['1 loading'])
  })
})

test('paths, their folders and names', () => {
  expect([parentOf('a/b/c.py'), parentOf('c.py'), nameOf('a/b/c.py'), nameOf('c.py')]).toEqual([
    'a/b',
    '',
    'c.py',
    'c.py',
  ])
  expect(foldersAbove('a/b/c.py')).toEqual(['a', 'a/b'])
  expect(foldersAbove('c.py')).toEqual([])
  const part = fc.stringMatching(/^[^/]{1,8}$/)
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const path = parts.join('/')
      expect(inFolder(parentOf(path), nameOf(path))).toBe(path)
    }),
  )
})

describe('keys', () => {
  const open = withOpen(tree, 'data', true)
  const move = (path: string, key: string, of = open) => moveFor(rowsOf(of), path, key)

  test.each([
    ['data', 'ArrowDown', { to: 'focus', path: 'data/deep' }],
    ['data/deep', 'ArrowUp', { to: 'focus', path: 'data' }],
    ['data', 'ArrowUp', null],
    ['data', 'ArrowRight', { to: 'focus', path: 'data/deep' }],
    ['data/deep', 'ArrowRight', { to: 'open', path: 'data/deep' }],
    ['b.ipynb', 'ArrowRight', null],
    ['data', 'ArrowLeft', { to: 'close', path: 'data' }],
    ['data/x.csv', 'ArrowLeft', { to: 'focus', path: 'data' }],
    ['b.ipynb', 'ArrowLeft', null],
    ['b.ipynb', 'Home', { to: 'focus', path: 'data' }],
    ['data', 'End', { to: 'focus', path: 'run 10.csv' }],
    ['b.ipynb', 'Enter', { to: 'activate', path: 'b.ipynb' }],
    ['b.ipynb', ' ', { to: 'activate', path: 'b.ipynb' }],
    ['b.ipynb', 'F2', { to: 'rename', path: 'b.ipynb' }],
    ['b.ipynb', 'Delete', { to: 'delete', path: 'b.ipynb' }],
    ['b.ipynb', 'Tab', null],
    ['gone', 'Enter', null],
  ] as const)('%s, %s', (path, key, expected) => {
    expect(move(path, key)).toEqual(expected)
  })

  test('a letter goes to the next name that begins with it, around the end', () => {
    expect(move('data', 'R')).toEqual({ to: 'focus', path: 'run 2.csv' })
    expect(move('run 2.csv', 'r')).toEqual({ to: 'focus', path: 'run 10.csv' })
    expect(move('run 10.csv', 'r')).toEqual({ to: 'focus', path: 'run 2.csv' })
    expect(move('b.ipynb', 'd')).toEqual({ to: 'focus', path: 'data' })
    expect(move('b.ipynb', 'b')).toBeNull()
  })

  test('an open folder without rows keeps the focus', () => {
    const empty = known(open, 'data')
    expect(move('data', 'ArrowRight', empty)).toBeNull()
  })

  test('keys lead to rows that are there', () => {
    const keys = ['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'd', 'r', 'x']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...keys), { maxLength: 30 }), (pressed) => {
        let [now, at] = [open, 'b.ipynb']
        for (const key of pressed) {
          const asked = moveFor(rowsOf(now), at, key)
          if (asked?.to === 'focus') at = asked.path
          else if (asked?.to === 'open' || asked?.to === 'close')
            now = withOpen(now, asked.path, asked.to === 'open')
          const paths = rowsOf(now).flatMap((row) => (row.type === 'entry' ? [row.entry.path] : []))
          expect(paths).toContain(at)
        }
      }),
    )
  })
})
