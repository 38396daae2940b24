/** Metadata of three versions, and which of several cells without ids became which. */
import { expect, test } from 'vitest'
import type { CellForm } from '../../src/document/cell-form.ts'
import { likeliestPairs } from '../../src/document/likeliest-pairs.ts'
import { mergeMembers } from '../../src/document/merge-members.ts'

test('members are merged one by one; one that both sides changed stays ours and is named', () => {
  const base = { a: 1, b: 1, c: { x: 1, y: 1 }, gone: true, d: 1 }
  const ours = { a: 2, b: 1, c: { x: 2, y: 1 }, gone: true, d: 2 }
  const theirs = { a: 1, b: 3, c: { x: 1, y: 3 }, d: 3, e: 4 }
  expect(mergeMembers(base, ours, theirs)).toEqual({
    merged: { a: 2, b: 3, c: { x: 2, y: 3 }, d: 2, e: 4 },
    contested: ['d'],
  })
  expect(mergeMembers(base, theirs, theirs)).toEqual({ merged: theirs, contested: [] })
})

test('tags of both sides are kept, without those that one side removed', () => {
  const tags = (...list: string[]) => ({ tags: list })
  const { merged } = mergeMembers(tags('old', 'kept'), tags('kept', 'mine'), tags('old', 'kept', 'yours'))
  expect(merged).toEqual(tags('kept', 'mine', 'yours'))
})

const cell = (source: string, type: CellForm['type'] = 'code'): CellForm => ({
  ...{ id: source, type, source, metadata: {}, attachments: null, outputs: null, executionCount: null },
})

test('cells are paired with those that are most alike, in order and within their type', () => {
  const pairs = (before: readonly CellForm[], after: readonly CellForm[]) =>
    likeliestPairs(before, after).map(([a, b]) => [a.source, b.source])
  expect(
    pairs(
      [cell('x = load(1)'), cell('plot(x)')],
      [cell('text', 'markdown'), cell('import os'), cell('x = load(2)'), cell('plot(x, y)')],
    ),
  ).toEqual([
    ['x = load(1)', 'x = load(2)'],
    ['plot(x)', 'plot(x, y)'],
  ])
  expect(pairs([cell('a')], [cell('b')])).toEqual([['a', 'b']])
  expect(pairs([cell('a')], [cell('a', 'raw')])).toEqual([])
  const many = Array.from({ length: 60 }, (_, place) => cell(`v${place}`))
  expect(pairs(many, many)).toHaveLength(60)
})
