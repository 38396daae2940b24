/** Laws of merging by lines, on random texts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeLines } from '../../src/document/merge-lines.ts'

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 }).map((lines) => lines.join('\n'))

test('a side that changed nothing gives way, and two that did the same agree', () => {
  fc.assert(
    fc.property(text, text, (base, changed) => {
      expect(mergeLines(base, changed, base)).toBe(changed)
      expect(mergeLines(base, base, changed)).toBe(changed)
      expect(mergeLines(base, changed, changed)).toBe(changed)
    }),
  )
})

test('it does not matter whose change is whose', () => {
  fc.assert(
    fc.property(text, text, text, (base, ours, theirs) => {
      expect(mergeLines(base, ours, theirs)).toBe(mergeLines(base, theirs, ours))
    }),
  )
})

test('changes of different lines are both taken; of the same line or neighbours, neither is guessed', () => {
  expect(mergeLines('a\nb\nc\nd', 'A\nb\nc\nd', 'a\nb\nc\nD\ne')).toBe('A\nb\nc\nD\ne')
  expect(mergeLines('a\nb\nc', 'b\nc', 'a\nb\nc\nd')).toBe('b\nc\nd')
  expect(mergeLines('a\nb\nc', 'a\nX\nc', 'a\nY\nc')).toBeNull()
  expect(mergeLines('a\nb\nc', 'a\nX\nc', 'a\nb\nY')).toBeNull()
})
