import type { Around } from '@yesterday/server/contract/around.ts'
import type { Edge, OutputEntry, Receipt, RunSummary } from '@yesterday/server/contract/run.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterQuery, noFilter, readWords } from '../src/access/log-filter.ts'
import { back, closed, gone } from '../src/access/place.ts'
import { compareRuns, isSame } from '../src/panels/past/compare/compare.ts'
import { columnsOf, firstPlot, parallelOf, plottable, scatterOf } from '../src/panels/past/log/run-plot.ts'
import { pressed, sortRuns } from '../src/panels/past/log/run-table.ts'
import { withNewest, withOlder } from '../src/panels/past/log/useLog.ts'
import { graphRuns, grown, nothingKnown } from '../src/panels/past/receipt/around-state.ts'
import { layoutGraph, neighbour } from '../src/panels/past/receipt/graph-layout.ts'
import { outputGroups, shownForms, wordsOf } from '../src/panels/past/receipt/output-forms.ts'
import { staleSentence, staleShapes } from '../src/panels/past/stale/stale-words.ts'
import { namesAt, runAt, runUnder, scaleFor, timelineOf } from '../src/panels/past/timeline/timeline.ts'

const summary = (run: string, over: Partial<RunSummary> = {}): RunSummary => ({
  run,
  session: 's1',
  notebook: 'a.ipynb',
  cell: 1,
  cellId: 'c1',
  outcome: 'ok',
  actor: { id: 'ada', name: 'Ada' },
  queued: '2026-01-01T00:00:00.000Z',
  started: '2026-01-01T00:00:00.000Z',
  ended: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  executionCount: 1,
  title: run,
  usedNames: [],
  generatedNames: [],
  ...over,
})

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
    expect(isSame(compareRuns(one, one))).toBe(true)
  })

  test('what differs is named, kind by kind', () => {
    const environment = (version: string) => ({
      digest: version,
      facets: { python: '3.11', distributions: { numpy: version } },
    })
    const left = receipt({
      used: [edge('x', '1'), edge('gone', '1'), edge('blind', null, { version: 'v1' })],
      generated: [edge('model', 'm1', { facets: { parameters: { lr: 0.1 } } })],
      environment: environment('1'),
      outputs: [output('text/plain', 'a', 'stream')],
    })
    const right = receipt({
      sourceDigest: `sha256:${'1'.repeat(64)}`,
      used: [edge('x', '2'), edge('blind', null, { version: 'v2' }), edge('new', '1')],
      generated: [edge('model', 'm2', { facets: { parameters: { lr: 0.2 } } })],
      environment: environment('2'),
      outputs: [output('text/plain', 'b', 'stream'), output('image/png', 'c')],
    })
    const compared = compareRuns(left, right)
    expect(compared.code).toBe('changed')
    expect(compared.inputs.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'x changed',
      'gone removed',
      'blind unknown',
      'new added',
    ])
    expect(compared.environment.filter(({ state }) => state === 'changed').map(({ name }) => name)).toEqual([
      'numpy',
    ])
    expect(compared.figures).toEqual([
      { name: 'model.parameters.lr', state: 'changed', left: '0.1', right: '0.2' },
    ])
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

describe('the log', () => {
  test('comparisons are separated from the text', () => {
    expect(readWords('fit( lr<0.01 acc > 0.9 x == y')).toEqual({
      where: 'lr<0.01 acc>0.9',
      text: 'fit( x == y',
    })
    expect(readWords('  ')).toEqual({ where: '', text: '' })
  })

  test('an address says what was asked and nothing else', () => {
    expect(filterQuery('a b.ipynb', noFilter, { before: null, limit: 50 })).toBe(
      'notebook=a+b.ipynb&limit=50',
    )
    const filter = {
      words: 'fit lr<1',
      outcome: 'error',
      cell: 'c1',
      since: '2026-01-01T00:00:00.000Z',
    } as const
    const asked = new URLSearchParams(filterQuery('a.ipynb', filter, { before: '9', limit: 5 }))
    expect(Object.fromEntries(asked)).toEqual({
      notebook: 'a.ipynb',
      cell: 'c1',
      outcome: 'error',
      since: '2026-01-01T00:00:00.000Z',
      text: 'fit',
      where: 'lr<1',
      before: '9',
      limit: '5',
    })
  })

  const row = (run: string, durationMs: number, metrics: Record<string, number> = {}) => ({
    ...summary(run, { durationMs }),
    parameters: {},
    metrics,
  })

  test('sorting by a column keeps equal runs newest first', () => {
    const three = [row('c', 1), row('b', 9), row('a', 1)]
    const by = { of: 'run', name: 'duration' } as const
    expect(sortRuns(three, { by, down: false }).map(({ run: id }) => id)).toEqual(['c', 'a', 'b'])
    expect(sortRuns(three, { by, down: true }).map(({ run: id }) => id)).toEqual(['b', 'c', 'a'])
  })

  test('runs without a number come last, whichever way it is sorted', () => {
    const three = [row('c', 1), row('b', 1, { acc: 0.5 }), row('a', 1, { acc: 0.9 })]
    const by = { of: 'metrics', name: 'acc' } as const
    expect(sortRuns(three, { by, down: true }).map(({ run: id }) => id)).toEqual(['a', 'b', 'c'])
    expect(sortRuns(three, { by, down: false }).map(({ run: id }) => id)).toEqual(['b', 'a', 'c'])
    expect(pressed({ by, down: true }, by).down).toBe(false)
  })

  const trial = (run: string, lr: number | null, acc: number) => ({
    ...row(run, 1, { acc }),
    parameters: { seed: 1, ...(lr === null ? {} : { lr }) },
  })
  const trials = [trial('a', 0.001, 0.5), trial('b', 0.1, 0.9), trial('c', null, 0.7), trial('d', 1, 0.6)]
  const names = { parameters: ['seed', 'lr'], metrics: ['acc'] }

  test('a plot begins with a parameter and a metric that differ', () => {
    const all = plottable(trials, names)
    expect(all.map((by) => ('name' in by ? by.name : by.of))).toEqual(['time', 'acc', 'lr', 'seed'])
    expect(firstPlot(trials, all)).toEqual({
      x: { of: 'parameters', name: 'lr' },
      y: { of: 'metrics', name: 'acc' },
    })
    expect(firstPlot(trials, plottable(trials, { parameters: [], metrics: [] }))).toBeNull()
  })

  test('a plot begins with numbers of the same runs, or with time', () => {
    const apart = trials.map((run, n) => (n % 2 === 0 ? { ...run, metrics: {} } : { ...run, parameters: {} }))
    expect(firstPlot(apart, plottable(apart, names))?.x).toEqual({ of: 'time' })
    const first = { ...names, parameters: ['elsewhere', ...names.parameters] }
    const rows = [
      ...trials,
      ...[1, 2, 3, 4, 5].map((n) => ({ ...row(`e${n}`, 1, {}), parameters: { elsewhere: n } })),
    ]
    expect(firstPlot(rows, plottable(rows, first))?.x).toEqual({ of: 'parameters', name: 'lr' })
  })

  test('a variable that was passed as a parameter is no second number', () => {
    const twice = trials.map((run) => ({ ...run, metrics: { ...run.metrics, ...run.parameters } }))
    const both = { parameters: names.parameters, metrics: ['lr', ...names.metrics] }
    expect(firstPlot(twice, plottable(twice, both))?.y).toEqual({ of: 'metrics', name: 'acc' })
    const columns = columnsOf(twice, both).map(({ name }) => name)
    expect(columns).toHaveLength(new Set(columns).size)
    expect(columns.at(-1)).toBe('seed')
  })

  test('points are within the plot; numbers over powers of ten are placed by their powers', () => {
    const { x, y, points } = scatterOf(trials, {
      x: { of: 'parameters', name: 'lr' },
      y: { of: 'metrics', name: 'acc' },
    })
    expect(points.map(({ run: { run } }) => run)).toEqual(['a', 'b', 'd'])
    expect(x.isLog).toBe(true)
    expect(x.ticks.map(({ value }) => value)).toEqual([0.001, 0.01, 0.1, 1])
    expect(points.map((point) => [point.x.toFixed(2), point.y.toFixed(2)])).toEqual([
      ['0.00', '0.00'],
      ['0.67', '1.00'],
      ['1.00', '0.25'],
    ])
    expect(y.ticks.map(({ value }) => value)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9])
  })

  test('lines leave out numbers that a run does not have', () => {
    const { axes, lines } = parallelOf(trials, plottable(trials, names))
    expect(axes.map(({ by }) => ('name' in by ? by.name : ''))).toEqual(['lr', 'acc'])
    expect(lines.map(({ run: { run } }) => run)).toEqual(['a', 'b', 'd'])
  })

  test('ticks lie within and are round, whatever the values', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), (values) => {
        const rows = values.map((acc, n) => trial(String(n), null, acc))
        const { y, points } = scatterOf(rows, { x: { of: 'time' }, y: { of: 'metrics', name: 'acc' } })
        for (const { at } of y.ticks) expect(at >= -1e-6 && at <= 1 + 1e-6).toBe(true)
        for (const point of points) expect(point.y >= 0 && point.y <= 1).toBe(true)
        expect(y.ticks.length).toBeLessThan(12)
      }),
    )
  })

  test('a new page is put before the list, and a run is listed once', () => {
    const page = (runs: readonly string[], next: string | null) => ({
      rows: runs.map((run) => row(run, 1)),
      parameters: [],
      metrics: ['acc'],
      next,
    })
    const first = withNewest(
      { at: 'loading', runs: [], parameters: [], metrics: [], next: null, problem: null },
      page(['c', 'b'], '1'),
    )
    const all = withOlder(withNewest(first, page(['d', 'c'], '2')), page(['b', 'a'], null))
    expect(all.runs.map(({ run }) => run)).toEqual(['d', 'c', 'b', 'a'])
    expect(all.next).toBeNull()
    expect(withNewest(all, page(['z'], '9')).runs.map(({ run }) => run)).toEqual(['z'])
  })
})
