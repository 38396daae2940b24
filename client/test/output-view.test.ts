// @vitest-environment happy-dom
/** The outputs of a cell as they are drawn: what stays the same object, what changes, and what breaks the schema. */
import { cellOutputs, cellsOf, makeCell } from '@yesterday/server/contract/document.ts'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { outputsView } from '../src/notebook/output-json.ts'
import { outputIdOf, readOutput, resultCount } from '../src/outputs/output.ts'

let frames: (() => void)[] = []
beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => frames.push(draw))
  vi.stubGlobal('cancelAnimationFrame', (id: number) => void frames.splice(id - 1, 1, () => undefined))
})
const frame = (): void => {
  for (const draw of frames.splice(0)) draw()
}

const stream = (text: string) => ({ output_type: 'stream', name: 'stdout', text })
const result = (text: string) => ({
  output_type: 'execute_result',
  data: { 'text/plain': text },
  metadata: {},
  execution_count: 3,
})

function cellWith(...outputs: Readonly<Record<string, unknown>>[]) {
  const doc = new Y.Doc()
  cellsOf(doc).insert(0, [makeCell({ id: 'a', type: 'code', source: '' })])
  const cell = cellsOf(doc).get(0)
  const list = cellOutputs(cell) ?? expect.fail('a code cell has outputs')
  const put = (at: number, json: Readonly<Record<string, unknown>>): void => {
    const output = new Y.Map<unknown>(Object.entries(json))
    if (json.output_type === 'stream' && typeof json.text === 'string')
      output.set('text', new Y.Text(json.text))
    list.insert(at, [output])
  }
  for (const [at, json] of outputs.entries()) put(at, json)
  const text = (at: number): Y.Text => {
    const found = list.get(at).get('text')
    return found instanceof Y.Text ? found : expect.fail('no text')
  }
  return { doc, cell, list, put, text }
}

describe('while it is watched', () => {
  test('a line that is added makes its output new, and leaves the others as they were', () => {
    const { cell, text } = cellWith(stream('a'), result('1'))
    const view = outputsView(cell)
    const listener = vi.fn()
    view.subscribe(listener)
    const before = view.get()
    text(0).insert(1, 'b')
    expect(view.get()).toBe(before)
    frame()
    expect(view.get()).toEqual([stream('ab'), result('1')])
    expect(view.get()[1]).toBe(before[1])
    expect(listener).toHaveBeenCalledOnce()
  })

  test('many changes are read once per frame', () => {
    const { cell, text } = cellWith(stream(''))
    const view = outputsView(cell)
    const listener = vi.fn()
    view.subscribe(listener)
    for (let line = 0; line < 500; line++) text(0).insert(0, 'x')
    frame()
    expect(listener).toHaveBeenCalledOnce()
    expect(view.get()).toEqual([stream('x'.repeat(500))])
  })

  test('outputs that come and go are followed in their order', () => {
    const { cell, put, list } = cellWith(stream('a'))
    const view = outputsView(cell)
    view.subscribe(() => undefined)
    put(1, result('1'))
    put(0, result('0'))
    frame()
    expect(view.get()).toEqual([result('0'), stream('a'), result('1')])
    list.delete(0, 3)
    frame()
    expect(view.get()).toEqual([])
  })

  test('a display that is updated in place is read again', () => {
    const { cell, list } = cellWith(result('1'))
    const view = outputsView(cell)
    view.subscribe(() => undefined)
    list.get(0).set('data', { 'text/plain': '2' })
    frame()
    expect(view.get()).toEqual([result('2')])
  })
})

describe('before and between watchers', () => {
  test('what came after the first look is there when it is watched', () => {
    const { cell, text, put } = cellWith(stream('a'))
    const view = outputsView(cell)
    expect(view.get()).toHaveLength(1)
    text(0).insert(1, 'b')
    put(1, result('1'))
    view.subscribe(() => undefined)
    expect(view.get()).toEqual([stream('ab'), result('1')])
  })

  test('nothing changed: the same list, so that nothing is drawn again', () => {
    const { doc, cell } = cellWith(stream('a'), result('1'))
    const view = outputsView(cell)
    const before = view.get()
    cellsOf(doc).insert(1, [makeCell({ id: 'b', type: 'code', source: '' })])
    expect(view.get()).toBe(before)
    const stop = view.subscribe(() => undefined)
    expect(view.get()).toBe(before)
    stop()
    expect(view.get()).toBe(before)
  })

  test('one that changed unwatched is new, the others are the same objects', () => {
    const { cell, text } = cellWith(stream('a'), result('1'))
    const view = outputsView(cell)
    const [, other] = view.get()
    view.subscribe(() => undefined)()
    text(0).insert(1, 'b')
    expect(view.get()).toEqual([stream('ab'), result('1')])
    expect(view.get()[1]).toBe(other)
  })

  test('what came in the last frame of a watcher is not lost with it', () => {
    const { cell, text } = cellWith(stream('a'))
    const view = outputsView(cell)
    const listener = vi.fn()
    const stop = view.subscribe(listener)
    text(0).insert(1, 'b')
    stop()
    frame()
    expect(listener).not.toHaveBeenCalled()
    expect(view.get()).toEqual([stream('ab')])
  })
})

describe('outputs that break the schema are text', () => {
  test.each([
    ['no type', { text: 'x' }],
    ['an unknown type', { output_type: 'hologram', data: {} }],
    ['data that is a list', { output_type: 'display_data', data: [1], metadata: {} }],
    ['a stream without text', { output_type: 'stream', name: 'stdout' }],
    ['a traceback of numbers', { output_type: 'error', ename: 'E', evalue: 'v', traceback: [1] }],
    ['nothing at all', {}],
  ])('%s', (_, json) => {
    const { cell } = cellWith(json)
    expect(outputsView(cell).get()).toEqual([
      { output_type: 'stream', name: 'stderr', text: JSON.stringify(json) },
    ])
  })

  test('metadata that is none is left out, and the rest is shown', () => {
    const { cell } = cellWith({ ...result('1'), metadata: 7, execution_count: 'x' })
    expect(outputsView(cell).get()).toMatchObject([{ data: { 'text/plain': '1' }, metadata: {} }])
  })

  test('a text cell has none', () => {
    const doc = new Y.Doc()
    cellsOf(doc).insert(0, [makeCell({ id: 'a', type: 'markdown', source: '' })])
    expect(outputsView(cellsOf(doc).get(0)).get()).toEqual([])
  })
})

describe('one output, parsed', () => {
  test('the same JSON is parsed once', () => {
    const json = result('1')
    expect(readOutput(json)).toBe(readOutput(json))
    expect(readOutput({ ...json })).not.toBe(readOutput(json))
  })

  test('what is missing has a default', () => {
    expect(readOutput({ output_type: 'stream', text: 'x' })).toMatchObject({ name: 'stdout' })
    expect(readOutput({ output_type: 'error' })).toMatchObject({ ename: 'Error', evalue: '' })
    expect(readOutput({ output_type: 'display_data' })).toMatchObject({ data: {}, metadata: {} })
  })

  test.each([
    [{ output_type: 'execute_result', execution_count: 3 }, 3],
    [{ output_type: 'execute_result', execution_count: 3.5 }, null],
    [{ output_type: 'execute_result', execution_count: '3' }, null],
    [{ output_type: 'execute_result' }, null],
    [{ output_type: 'display_data', execution_count: 3 }, null],
  ])('the number of %j is %j', (json, count) => expect(resultCount(json)).toBe(count))

  test('an output of elsewhere has no id', () => expect(outputIdOf(result('1'))).toBeNull())
})
