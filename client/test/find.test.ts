import { cellOutputs, cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { Finder, noQuery } from '../src/find/finder.ts'
import { around, compile, replacementOf, spansIn } from '../src/find/search.ts'

function pattern(text: string, how: Partial<typeof noQuery> = {}): RegExp {
  const compiled = compile({ ...noQuery, text, ...how })
  if (!compiled.ok || compiled.pattern === null) throw new Error('no pattern')
  return compiled.pattern
}

test('words are found as they are written, a regex as what it means', () => {
  expect(spansIn('a.b A.B axb', pattern('a.b'), 9)).toHaveLength(2)
  expect(spansIn('a.b A.B axb', pattern('a.b', { regex: true, matchCase: true }), 9)).toHaveLength(2)
  expect(spansIn('rows row _row', pattern('row', { wholeWord: true }), 9)).toEqual([{ start: 5, end: 8 }])
  expect(spansIn('😀x😀', pattern('x'), 9)).toEqual([{ start: 2, end: 3 }])
  expect(spansIn('aaa', pattern('b*', { regex: true }), 9)).toEqual([])
  for (const mark of ['.', '*', '+', '?', '^', '$', '{', '}', '(', ')', '|', '[', ']', '\\', '/', '-', '#'])
    expect(spansIn(`a${mark}b`, pattern(mark), 9)).toHaveLength(1)
})

test('a regex that is none says why', () => {
  expect(compile({ ...noQuery, text: '(', regex: true })).toMatchObject({ ok: false })
  expect(compile(noQuery)).toEqual({ ok: true, pattern: null })
})

test('a replacement fills groups of a regex, with the text around it, and takes words as they are', () => {
  const find = pattern('(?<=x)(?<one>\\d)(\\d)', { regex: true })
  const [span] = spansIn('x12', find, 1)
  if (span === undefined) throw new Error('nothing found')
  expect(replacementOf('x12', span, find, '$2$<one>$$$&$9', true)).toBe('21$12$9')
  expect(replacementOf('x12', span, find, '$1', false)).toBe('$1')
})

test('matches are gone through in a ring', () => {
  expect([around(-1, 1, 3), around(2, 1, 3), around(0, -1, 3), around(-1, -1, 3), around(-1, 1, 0)]).toEqual([
    0, 0, 2, 2, -1,
  ])
})

function searching() {
  const doc = new Y.Doc()
  const me = { person: 'test' }
  cellsOf(doc).insert(0, [
    makeCell({ id: 'a', type: 'code', source: 'rate = 1\nprint(rate)' }),
    makeCell({ id: 'b', type: 'markdown', source: 'the rate' }),
  ])
  const stream = new Y.Map<unknown>([
    ['output_type', 'stream'],
    ['name', 'stdout'],
  ])
  cellOutputs(cellsOf(doc).get(0))?.insert(0, [stream])
  stream.set('text', new Y.Text('\u001b[31mra\u001b[0mte 1\n'))
  const undo = new Y.UndoManager(cellsOf(doc), { trackedOrigins: new Set([me]) })
  return {
    doc,
    undo,
    finder: new Finder(doc, me),
    text: (n: number) => cellSource(cellsOf(doc).get(n)).toString(),
  }
}

test('sources and outputs are searched in reading order, outputs without their colours', () => {
  const { finder } = searching()
  finder.show(false)
  finder.ask({ text: 'rate' })
  expect(finder.found.get().matches.map(({ cell, output, start }) => [cell, output, start])).toEqual([
    ['a', null, 0],
    ['a', null, 15],
    ['a', 0, 0],
    ['b', null, 4],
  ])
  finder.ask({ outputs: false })
  expect(finder.found.get().matches).toHaveLength(3)
})

test('replacing all is one step of undo and leaves outputs alone', () => {
  const { finder, undo, text } = searching()
  finder.show(true)
  finder.ask({ text: 'rate' })
  expect(finder.replaceAll('pace')).toBe(3)
  expect([text(0), text(1)]).toEqual(['pace = 1\nprint(pace)', 'the pace'])
  expect(finder.found.get().matches.map(({ output }) => output)).toEqual([0])
  undo.undo()
  expect([text(0), text(1)]).toEqual(['rate = 1\nprint(rate)', 'the rate'])
})

test('replacing one by one goes on behind what was written', () => {
  const { finder, text } = searching()
  finder.show(true)
  finder.ask({ text: 'rate', outputs: false })
  expect(finder.replace('x')).toBe(false)
  finder.go(1)
  expect(finder.replace('rates')).toBe(true)
  expect(finder.replace('b')).toBe(true)
  expect(finder.replace('c')).toBe(true)
  expect([text(0), text(1)]).toEqual(['rates = 1\nprint(b)', 'the c'])
})
