import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { tokenizeLine } from '../src/editor/python-tokens.ts'
import { applyToText } from '../src/editor/text-binding.ts'

const kinds = (line: string) => tokenizeLine(line, '').tokens.map(({ kind }) => kind)

test('tokens begin at 0 and go up within the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab\'"#\\ f1.(){}=@') }), (line) => {
      const starts = tokenizeLine(line, '').tokens.map(({ start }) => start)
      expect(starts[0] ?? 0).toBe(0)
      expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b))
      expect(starts.every((start) => start < Math.max(1, line.length))).toBe(true)
    }),
  )
})

test('a triple-quoted string goes on until its quotes', () => {
  const first = tokenizeLine('x = """a', '')
  expect(first.state).toBe('"""')
  expect(tokenizeLine("b ''' c", first.state)).toEqual({
    tokens: [{ start: 0, kind: 'string' }],
    state: '"""',
  })
  expect(tokenizeLine('d""" + 1', '"""').state).toBe('')
})

test('keywords, calls and comments have their kinds', () => {
  expect(kinds('return')).toEqual(['keyword'])
  expect(kinds('f(1) # why')).toEqual(['function', 'text', 'number', 'text', 'comment'])
})

test('a change that splits a surrogate pair replaces the whole pair', () => {
  const text = new Y.Doc().getText()
  text.insert(0, 'a😀b')
  applyToText(text, [{ rangeOffset: 2, rangeLength: 1, text: '\ude01' }], {})
  expect(text.toString()).toBe('a😁b')
})
