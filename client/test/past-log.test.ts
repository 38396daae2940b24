import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterQuery, noFilter, readWords } from '../src/access/log-filter.ts'
import { columnsOf, firstPlot, parallelOf, plottable, scatterOf } from '../src/panels/past/log/run-plot.ts'
import { pressed, sortRuns } from '../src/panels/past/log/run-table.ts'
import { withNewest, withOlder } from '../src/panels/past/log/useLog.ts'
import { summary } from './run-facts.ts'

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
