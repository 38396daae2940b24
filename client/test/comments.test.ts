/** Which comments are shown, counted and unread; and who is being mentioned while a comment is written. */
import type { Comment, Thread } from '@yesterday/server/contract/comments.ts'
import { expect, test } from 'vitest'
import { byCell, inOrder, isAbout, mentionBefore, unreadIn } from '../src/session/threads.ts'

const ada = { id: 'ada', name: 'Ada' }
const bob = { id: 'bob', name: 'Bob' }
const at = '2026-01-01T00:00:00.000Z'

const comment = (number: number, author = ada, more: Partial<Comment> = {}): Comment => ({
  id: `c${number}`,
  number,
  author,
  at,
  edited: null,
  text: 'x',
  mentions: [],
  deleted: false,
  ...more,
})
const thread = (
  id: string,
  cell: string,
  comments: readonly Comment[],
  more: Partial<Thread> = {},
): Thread => ({
  id,
  anchor: { on: 'cell', cell },
  quote: '',
  resolved: null,
  comments: [...comments],
  ...more,
})

const first = thread('t1', 'b', [comment(1), comment(3, bob, { mentions: [ada] })])
const second = thread('t2', 'a', [comment(2, bob)])
const done = thread('t3', 'b', [comment(4, bob)], { resolved: { by: ada, at } })

test('a person sees the threads that are open, resolved, their own, or mention them', () => {
  const all = [first, second, done]
  const shown = (filter: Parameters<typeof isAbout>[1]) =>
    all.filter((one) => isAbout(one, filter, 'ada')).map(({ id }) => id)
  expect(shown('open')).toEqual(['t1', 't2'])
  expect(shown('resolved')).toEqual(['t3'])
  expect(shown('mine')).toEqual(['t1'])
  expect(shown('mentions')).toEqual(['t1'])
})

test('what others wrote is unread until its number was read; what was deleted is not', () => {
  expect(unreadIn(first, {}, 'ada').map(({ number }) => number)).toEqual([3])
  expect(unreadIn(first, { t1: 3 }, 'ada')).toEqual([])
  expect(unreadIn(first, {}, 'bob').map(({ number }) => number)).toEqual([1])
  expect(unreadIn(thread('t', 'a', [comment(1, bob, { deleted: true })]), {}, 'ada')).toEqual([])
})

test('a cell counts its open threads and what is unread in them', () => {
  expect([...byCell([first, second, done], { t1: 3 }, 'ada')]).toEqual([
    ['b', { threads: 1, unread: 0 }],
    ['a', { threads: 1, unread: 1 }],
  ])
})

test('threads are in the order of the cells; those of deleted cells come last', () => {
  const gone = thread('t0', 'gone', [comment(0.5)])
  expect(inOrder([gone, first, second], ['a', 'b']).map(({ id }) => id)).toEqual(['t2', 't1', 't0'])
})

test.for([
  ['@', 1, { start: 1, words: '' }],
  ['see @bo', 7, { start: 5, words: 'bo' }],
  ['see @ada lovelace', 17, { start: 5, words: 'ada lovelace' }],
  ['me@example', 10, null],
  ['@ ada', 5, null],
  ['@ada\nmore', 9, null],
] as const)('before the caret in %j at %i', ([text, caret, expected]) => {
  expect(mentionBefore(text, caret)).toEqual(expected)
})
