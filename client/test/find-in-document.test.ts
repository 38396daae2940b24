/** Finding while the document changes, in what outputs hold, and with patterns that are odd. */
import { cellOutputs, cellSource, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { textsOf } from '../src/find/cell-texts.ts'
import { Finder, noQuery } from '../src/find/finder.ts'
import { compile, spansIn } from '../src/find/search.ts'

afterEach(() => vi.useRealTimers())

function documentOf(...sources: string[]) {
  const doc = new Y.Doc()
  const origin = { person: 'test' }
  const cells = sources.map((source, at) => makeCell({ id: `c${at}`, type: 'code', source }))
  cellsOf(doc).insert(0, cells)
  const undo = new Y.UndoManager(cellsOf(doc), { trackedOrigins: new Set([origin]) })
  const finder = new Finder(doc, origin)
  const text = (at: number): string => cellSource(cellsOf(doc).get(at)).toString()
  const output = (at: number, json: Readonly<Record<string, unknown>>): void =>
    cellOutputs(cellsOf(doc).get(at))?.push([new Y.Map(Object.entries(json))])
  const places = () => finder.found.get().matches.map(({ cell, output, start }) => [cell, output, start])
  return { doc, undo, finder, text, output, places }
}

describe('while it is open', () => {
  test('matches follow what others write, after a pause', () => {
    vi.useFakeTimers()
    const { doc, finder, places } = documentOf('x = 1', 'y')
    finder.show(false)
    finder.ask({ text: 'x' })
    expect(places()).toEqual([['c0', null, 0]])
    doc.transact(() => cellSource(cellsOf(doc).get(1)).insert(0, 'x + '), 'another person')
    expect(places()).toHaveLength(1)
    vi.runAllTimers()
    expect(places()).toEqual([
      ['c0', null, 0],
      ['c1', null, 0],
    ])
  })

  test('many changes in a row are one search', () => {
    vi.useFakeTimers()
    const { doc, finder } = documentOf('x')
    finder.show(false)
    finder.ask({ text: 'x' })
    const search = vi.spyOn(finder, 'search')
    for (let key = 0; key < 50; key++) cellSource(cellsOf(doc).get(0)).insert(0, 'x')
    vi.runAllTimers()
    expect(search).toHaveBeenCalledOnce()
    expect(finder.found.get().matches).toHaveLength(51)
  })

  test('the chosen match stays chosen while it is where it was', () => {
    const { doc, finder } = documentOf('ab ab ab')
    finder.show(false)
    finder.ask({ text: 'ab' })
    finder.go(1)
    finder.go(1)
    expect(finder.found.get().at).toBe(1)
    cellSource(cellsOf(doc).get(0)).insert(8, ' ab')
    finder.search()
    expect([finder.found.get().at, finder.found.get().matches.length]).toEqual([1, 4])
    cellSource(cellsOf(doc).get(0)).delete(3, 2)
    finder.search()
    expect(finder.found.get().at).toBe(-1)
  })

  test('closed, it listens to nothing and holds nothing', () => {
    vi.useFakeTimers()
    const { doc, finder } = documentOf('x')
    finder.show(true)
    finder.ask({ text: 'x' })
    cellSource(cellsOf(doc).get(0)).insert(0, 'x')
    finder.close()
    const search = vi.spyOn(finder, 'search')
    cellSource(cellsOf(doc).get(0)).insert(0, 'x')
    vi.runAllTimers()
    expect(search).not.toHaveBeenCalled()
    expect(finder.found.get().matches).toEqual([])
    finder.close()
    finder.show(false)
    expect(finder.open.get()).toEqual({ replace: false })
    expect(finder.found.get().matches).toHaveLength(3)
  })

  test('replacing stays shown when finding is asked for again', () => {
    const { finder } = documentOf('x')
    finder.show(true)
    finder.show(false)
    expect(finder.open.get()).toEqual({ replace: true })
  })

  test('more matches than the limit are cut, and replacing all takes every one', () => {
    const { finder, text } = documentOf('a'.repeat(3000), 'a'.repeat(3000))
    finder.show(true)
    finder.ask({ text: 'a' })
    const { matches, cut } = finder.found.get()
    expect([matches.length, cut]).toEqual([5000, true])
    expect(finder.replaceAll('b')).toBe(6000)
    expect(text(1)).toBe('b'.repeat(3000))
    finder.ask({ text: 'b', regex: false })
    expect(finder.found.get().cut).toBe(true)
    finder.ask({ text: 'bb' })
    expect([finder.found.get().matches.length, finder.found.get().cut]).toEqual([3000, false])
  })
})

describe('in outputs', () => {
  const stored = {
    'yesterday.object': { digest: `sha256:${'a'.repeat(64)}`, size: 20_000, mime: 'text/plain' },
  }
  const textOf = (json: Readonly<Record<string, unknown>>) => {
    const { doc, output } = documentOf('')
    output(0, json)
    return textsOf(cellsOf(doc).get(0), true)[1]?.text
  }

  test.each([
    ['a stream in lines', { output_type: 'stream', name: 'stdout', text: ['a', 'b'] }, 'ab'],
    ['a result', { output_type: 'execute_result', data: { 'text/plain': 'a' }, metadata: {} }, 'a'],
    ['a result in lines', { output_type: 'execute_result', data: { 'text/plain': ['a\n', 'b'] } }, 'a\nb'],
    [
      'an error',
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['\u001b[31mt\u001b[0m', 'u'] },
      'E: v\nt\nu',
    ],
    ['an error without a traceback', { output_type: 'error', ename: 'E', evalue: 'v' }, 'E: v\n'],
    ['a picture', { output_type: 'display_data', data: { 'image/png': 'AAAA' } }, ''],
    ['a stored stream', { output_type: 'stream', name: 'stdout', text: stored }, null],
    ['a stored result', { output_type: 'execute_result', data: { 'text/plain': stored } }, null],
    ['data that is none', { output_type: 'display_data', data: 7 }, ''],
    ['a type that is none', { output_type: 'hologram', text: 'x' }, ''],
    ['no type', {}, ''],
    ['a number as text', { output_type: 'stream', name: 'stdout', text: 7 }, ''],
  ])('%s', (_, json, expected) => expect(textOf(json)).toBe(expected))

  test('what is stored elsewhere is counted as unread', () => {
    const { finder, output, places } = documentOf('x', 'x')
    output(1, { output_type: 'stream', name: 'stdout', text: stored })
    finder.show(false)
    finder.ask({ text: 'x' })
    expect([finder.found.get().unread, places().length]).toEqual([1, 2])
    finder.ask({ outputs: false })
    expect(finder.found.get().unread).toBe(0)
  })

  test('a match in an output is passed by when replacing', () => {
    const { finder, output, text } = documentOf('a', 'a')
    output(0, { output_type: 'stream', name: 'stdout', text: 'a' })
    finder.show(true)
    finder.ask({ text: 'a' })
    finder.go(1)
    expect(finder.go(1)?.output).toBe(0)
    expect(finder.replace('b')).toBe(false)
    finder.go(1)
    expect(finder.replace('b')).toBe(true)
    expect([text(0), text(1)]).toEqual(['a', 'b'])
  })
})

describe('replacing', () => {
  test('groups are filled by the text as it was, whatever the replacements before', () => {
    const { finder, text, undo } = documentOf('a1 b2 c3')
    finder.show(true)
    finder.ask({ text: '(\\w)(\\d)', regex: true })
    expect(finder.replaceAll('$2$1$1')).toBe(3)
    expect(text(0)).toBe('1aa 2bb 3cc')
    undo.undo()
    expect(text(0)).toBe('a1 b2 c3')
  })

  test('what was written is not found again, also where it holds the query', () => {
    const { finder, text } = documentOf('x x')
    finder.show(true)
    finder.ask({ text: 'x' })
    finder.go(1)
    finder.replace('xx')
    finder.replace('xx')
    expect(text(0)).toBe('xx xx')
  })

  test('with nothing a match is deleted', () => {
    const { finder, text } = documentOf('a-b-c')
    finder.show(true)
    finder.ask({ text: '-' })
    expect(finder.replaceAll('')).toBe(2)
    expect(text(0)).toBe('abc')
    expect(finder.replaceAll('')).toBe(0)
  })

  test('a cell that another person deleted meanwhile is not replaced in', () => {
    const { doc, finder } = documentOf('a', 'a')
    finder.show(true)
    finder.ask({ text: 'a', outputs: false })
    finder.go(1)
    doc.transact(() => cellsOf(doc).delete(0, 1), 'another person')
    expect(finder.replace('b')).toBe(false)
    expect(finder.replaceAll('b')).toBe(1)
  })

  test('a pattern that is none replaces nothing', () => {
    const { finder, text } = documentOf('(')
    finder.show(true)
    finder.ask({ text: '(', regex: true })
    expect(finder.found.get().problem).toMatch(/group/i)
    expect(finder.replaceAll('x')).toBe(0)
    expect(text(0)).toBe('(')
  })
})

test('whatever is searched for, matches are in order, do not overlap and are what was asked', () => {
  const letters = fc.string({
    unit: fc.constantFrom('a', 'b', 'A', '.', '*', '\\', 'ß', '😀', '\u200b', '\n'),
  })
  fc.assert(
    fc.property(letters, letters, (text, query) => {
      const compiled = compile({ ...noQuery, text: query, matchCase: true })
      if (!compiled.ok) throw new Error(compiled.problem)
      const spans = compiled.pattern === null ? [] : spansIn(text, compiled.pattern, 1000)
      expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(spans.map(() => query))
      for (const [at, span] of spans.entries())
        expect(span.start).toBeGreaterThanOrEqual(spans[at - 1]?.end ?? 0)
      expect(spans.length > 0).toBe(query !== '' && text.includes(query))
    }),
  )
})
