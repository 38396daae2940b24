import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codePointOffset, replyInUtf16, utf16Offset } from '../../src/session/offsets.ts'

const code = fc.string({ unit: 'binary' })

test('there and back again is the same place, for each place between code points', () => {
  fc.assert(
    fc.property(code, (text) => {
      let utf16 = 0
      for (const [points, point] of [...text].entries()) {
        expect(codePointOffset(text, utf16)).toBe(points)
        expect(utf16Offset(text, points)).toBe(utf16)
        utf16 += point.length
      }
      expect(codePointOffset(text, utf16)).toBe([...text].length)
    }),
  )
})

test('a place inside a surrogate pair is its start, and one past the end is the end', () => {
  expect(codePointOffset('a🦜b', 2)).toBe(1)
  expect(codePointOffset('a🦜b', 99)).toBe(3)
  expect(utf16Offset('a🦜b', 99)).toBe(4)
})

test('all offsets of a completion are converted, and nothing else of it is touched', () => {
  const reply = {
    status: 'ok',
    matches: ['print'],
    cursor_start: 3,
    cursor_end: 6,
    metadata: {
      other: 1,
      _jupyter_types_experimental: [{ start: 3, end: 6, text: 'print', type: 'function' }],
    },
  }
  expect(replyInUtf16('🦜; pri', reply)).toEqual({
    ...reply,
    cursor_start: 4,
    cursor_end: 7,
    metadata: {
      other: 1,
      _jupyter_types_experimental: [{ start: 4, end: 7, text: 'print', type: 'function' }],
    },
  })
  expect(replyInUtf16('x', { status: 'ok', found: false })).toEqual({ status: 'ok', found: false })
})
