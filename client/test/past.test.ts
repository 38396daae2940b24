import type { Around } from '@yesterday/server/contract/around.ts'
import { comparisonSentence } from '@yesterday/server/contract/compare-words.ts'
import { outputGroups } from '@yesterday/server/contract/output-groups.ts'
import { setBy } from '@yesterday/server/contract/receipt-words.ts'
import type { Edge, OutputEntry, Receipt } from '@yesterday/server/contract/run.ts'
import { sayIn } from '@yesterday/server/contract/words.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { back, closed, gone } from '../src/access/place.ts'
import { compareRuns, countsOf } from '../src/panels/past/compare/compare.ts'
import { graphRuns, grown, nothingKnown } from '../src/panels/past/receipt/around-state.ts'
import { layoutGraph, neighbour } from '../src/panels/past/receipt/graph-layout.ts'
import { shownForms, wordsOf } from '../src/panels/past/receipt/output-forms.ts'
import { staleSentence, staleShapes } from '../src/panels/past/stale/stale-words.ts'
import { namesAt, runAt, runUnder, scaleFor, timelineOf } from '../src/panels/past/timeline/timeline.ts'
import { summary } from './run-facts.ts'

const edge = (name: string, digest: string | null, over: Partial<Edge> = {}): Edge => ({
  kind: 'variable',
  name,
  version: `${name} ${digest}`,
  digest,
  edge: 'observed',
  by: null,
  makers: [],
  parts: null,
  reason: null,
  type: 'int',
  shape: null,
  schema: null,
  size: null,
  preview: digest,
  deleted: false,
  query: null,
  facets: null,
  value: null,
  ...over,
})

const output = (mime: string, digest: string, outputType = 'display_data'): OutputEntry => ({
  mime,
  digest: `sha256:${digest.padEnd(64, '0')}`,
  size: 1,
  outputType,
  name: null,
})

const receipt = (over: Partial<Receipt>): Receipt => ({
  ...summary('r'),
  source: 'x',
  sourceDigest: `sha256:${'0'.repeat(64)}`,
  order: 1,
  error: null,
  death: null,
  used: [],
  generated: [],
  environment: null,
  state: null,
  outputs: [],
  cost: null,
  notCaptured: [],
  ...over,
})

describe('the place in the past', () => {
  test('going back leads through what was seen, and then to the log', () => {
    const there = gone(gone(gone(closed, { at: 'log' }), { at: 'receipt', run: 'a' }), {
      at: 'receipt',
      run: 'b',
    })
    expect(back(there).view).toEqual({ at: 'receipt', run: 'a' })
    expect(back(back(back(there))).view).toEqual({ at: 'log' })
  })

  test('the same view again is no step', () => {
    const there = gone(gone(closed, { at: 'why', cell: 'c1' }), { at: 'why', cell: 'c1' })
    expect(there).toMatchObject({ trail: [], visit: 2 })
  })
})

describe('stale cells in words', () => {
  test('each reason has a sentence and a shape of its own', () => {
    const place = (cell: string) => (cell === 'c1' ? 1 : null)
    expect(staleSentence({ kind: 'input', name: 'X', cell: 'c1', run: 'r' }, place)).toBe(
      'X was re-created by cell 1.',
    )
    expect(staleSentence({ kind: 'input', name: 'X', cell: 'c9', run: 'r' }, place)).toMatch(
      /a cell that is gone/,
    )
    expect(new Set(Object.values(staleShapes)).size).toBe(Object.keys(staleShapes).length)
  })
})

describe('the lineage graph', () => {
  test('columns by order and rows by place, whatever order runs come in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50), { maxLength: 30 }), (orders) => {
        const runs = orders.map((order) => ({
          run: `r${order}`,
          order,
          lane: `c${order % 4}`,
          place: order % 4,
        }))
        const { placed, columns, rows } = layoutGraph(runs)
        expect(columns).toBe(runs.length)
        expect(rows).toBe(new Set(runs.map(({ lane }) => lane)).size)
        const inTime = [...placed.values()].map(({ run }) => Number(run.slice(1)))
        expect(inTime).toEqual(orders.toSorted((a, b) => a - b))
        for (const a of runs)
          for (const b of runs)
            if (a.place < b.place) expect(placed.get(a.run)?.row).toBeLessThan(placed.get(b.run)?.row ?? -1)
      }),
    )
  })

  test('arrow keys reach every run', () => {
    const layout = layoutGraph([
      { run: 'a', order: 1, lane: 'x', place: 1 },
      { run: 'b', order: 2, lane: 'y', place: 2 },
      { run: 'c', order: 3, lane: 'x', place: 1 },
    ])
    expect(neighbour(layout, 'a', 'ArrowRight')).toBe('b')
    expect(neighbour(layout, 'a', 'ArrowLeft')).toBeNull()
    expect(neighbour(layout, 'b', 'ArrowUp')).toBe('a')
    expect(neighbour(layout, 'c', 'ArrowDown')).toBe('b')
  })

  test('asking for more adds what is behind a run, and says nothing twice', () => {
    const node = (run: string, hops: number, more: number) => ({ ...summary(run), order: 1, hops, more })
    const around = (run: string, nodes: Around['nodes'], edges: Around['edges']): Around => ({
      run,
      nodes,
      edges,
      inputs: [],
      roots: [],
    })
    const given = (from: string, to: string) => ({ from, to, things: [] })
    const first = around('c', [node('c', 0, 0), node('b', 1, 1)], [given('b', 'c')])
    const more = around('b', [node('b', 0, 0), node('a', 1, 0)], [given('a', 'b')])
    const known = grown(grown(grown(nothingKnown, first), more), more)
    expect([...known.nodes.values()].map(({ run, hops, more: left }) => `${run} ${hops} ${left}`)).toEqual([
      'c 0 0',
      'b 1 0',
      'a 2 0',
    ])
    expect(known.edges).toHaveLength(2)
    expect(graphRuns(known)).toHaveLength(3)
  })
})

describe('outputs as they were shown', () => {
  test('forms of one value are together, and a picture is shown before its words', () => {
    const outputs = [
      output('text/plain', 'a', 'stream'),
      output('image/png', 'b'),
      output('text/plain', 'c'),
      output('image/png', 'd'),
      output('text/plain', 'e'),
    ]
    expect(outputGroups(outputs).map((group) => group.length)).toEqual([1, 2, 2])
    expect(shownForms(outputs).map(({ mime }) => mime)).toEqual(['text/plain', 'image/png', 'image/png'])
  })

  test('an error is its traceback', () => {
    const body = JSON.stringify({ ename: 'E', evalue: 'v', traceback: ['one', 'two'] })
    expect(wordsOf('application/vnd.jupyter.error', body)).toBe('one\ntwo')
    expect(wordsOf('text/plain', body)).toBe(body)
    expect(wordsOf('application/vnd.jupyter.error', '{"ename"')).toBe('{"ename"')
  })
})

describe('two runs compared', () => {
  test('a run and itself differ in nothing', () => {
    const one = receipt({ used: [edge('x', '1')], outputs: [output('text/plain', 'a')] })
    expect(comparisonSentence(countsOf(compareRuns(one, one)), sayIn.en)).toBe(
      'Nothing that was recorded differs.',
    )
  })

  test('what differs is named, kind by kind', () => {
    const environment = (version: string) => ({
      digest: version,
      facets: { python: '3.11', distributions: { numpy: version } },
    })
    const left = receipt({
      used: [edge('x', '1'), edge('gone', '1'), edge('blind', null, { version: 'v1' })],
      generated: [edge('model', 'm1', { facets: { params: { lr: 0.1, kernel: 'rbf' } } })],
      environment: environment('1'),
      outputs: [output('text/plain', 'a', 'stream')],
    })
    const right = receipt({
      source: 'y',
      sourceDigest: `sha256:${'1'.repeat(64)}`,
      used: [edge('x', '2'), edge('blind', null, { version: 'v2' }), edge('new', '1')],
      generated: [edge('model', 'm2', { facets: { params: { lr: 0.2, kernel: 'poly' } } })],
      environment: environment('2'),
      outputs: [output('text/plain', 'b', 'stream'), output('image/png', 'c')],
    })
    const compared = compareRuns(left, right)
    expect(compared.isSameCode).toBe(false)
    expect(compared.inputs.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'blind unknown',
      'gone removed',
      'new added',
      'x changed',
    ])
    expect(compared.packages).toEqual([{ name: 'numpy', state: 'changed', a: '1', b: '2' }])
    expect(compared.environment).toEqual([{ name: 'python', state: 'same', a: '3.11', b: '3.11' }])
    expect(compared.parameters).toEqual([
      { name: 'kernel', state: 'changed', a: 'rbf', b: 'poly' },
      { name: 'lr', state: 'changed', a: '0.1', b: '0.2' },
    ])
    expect(comparisonSentence(countsOf(compared), sayIn.en)).toBe(
      'What differs: the code, 3 inputs, 1 thing of the environment, 2 figures, and 2 outputs.',
    )
    expect(compared.outputs.map(({ state, how }) => `${state} ${how}`)).toEqual([
      'changed text',
      'added picture',
    ])
  })
})

describe('the timeline', () => {
  const runs = [
    summary('r1', { cellId: 'a', cell: 1, generatedNames: ['x'] }),
    summary('r2', { cellId: 'b', cell: 2, generatedNames: ['y'] }),
    summary('cancelled', { cellId: 'b', cell: 2, started: null }),
    summary('r3', { cellId: 'a', cell: 1, generatedNames: ['x'] }),
  ].toReversed()

  test('a lane for each cell, in notebook order, of what started', () => {
    const { lanes, laneOf } = timelineOf(runs)
    expect(lanes.map(({ cell, runs: own }) => `${cell} ${own.join(',')}`)).toEqual(['a 0,2', 'b 1'])
    expect(laneOf).toEqual([0, 1, 0])
  })

  test('the state at a moment is what a walk through all runs finds', () => {
    const random = fc.array(fc.record({ cell: fc.nat(4), name: fc.constantFrom('x', 'y', 'z') }), {
      minLength: 1,
      maxLength: 60,
    })
    fc.assert(
      fc.property(random, fc.nat(60), (steps, moment) => {
        const given = steps.map(({ cell, name }, index) =>
          summary(`r${index}`, { cellId: `c${cell}`, cell, generatedNames: [name] }),
        )
        const at = Math.min(moment, given.length - 1)
        const timeline = timelineOf(given.toReversed())
        for (const lane of timeline.lanes) {
          const walked = given.findLastIndex(({ cellId }, index) => index <= at && cellId === lane.cell)
          expect(runAt(lane, at)).toBe(walked === -1 ? null : walked)
        }
        for (const [name, index] of namesAt(timeline, at))
          expect(index).toBe(
            given.findLastIndex(({ generatedNames }, place) => place <= at && generatedNames.includes(name)),
          )
      }),
    )
  })

  test('a point finds the run that is drawn there', () => {
    const timeline = timelineOf(runs)
    const scale = scaleFor(3, 300)
    expect(runUnder(timeline, scale, scale.pitch * 1.5, scale.row * 1.5)).toBe(1)
    expect(runUnder(timeline, scale, scale.pitch * 1.5, scale.row * 0.5)).toBeNull()
  })
})

describe('values that people set with widgets', () => {
  const edge = (kind: Edge['kind'], reason: string | null): Pick<Edge, 'kind' | 'reason'> => ({
    kind,
    reason,
  })

  test('are said with the person; other state is not', () => {
    expect(setBy(edge('state', 'set by Ana'), sayIn.en)).toBe('set by Ana')
    expect(setBy(edge('state', 'set by Ana'), sayIn.zh)).toContain('Ana')
    expect(setBy(edge('state', 'a person set it'), sayIn.en)).toBe('set by a person')
    for (const other of [
      edge('state', 'changed in this run'),
      edge('state', null),
      edge('file', 'set by Ana'),
    ])
      expect(setBy(other, sayIn.en)).toBeNull()
  })
})
