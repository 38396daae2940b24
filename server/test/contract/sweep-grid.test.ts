/** What a sweep tries, from what people write. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  drawnFrom,
  gridOf,
  offeredParameters,
  type Parameter,
  parseParameter,
  placeOfParameters,
  randomFrom,
  sourceOfTrial,
  trialsOf,
  withValues,
} from '../../contract/sweep-grid.ts'

const parsed = (text: string): Parameter => {
  const found = parseParameter(text)
  if (!found.ok) throw new Error(found.why)
  return found.value
}

test.each([
  ['lr=0.1,1e-3, .5', ['0.1', '1e-3', '.5']],
  ['depth=2..4', ['2', '3', '4']],
  ['kind=tree,"two words",\'x,y\'', ['"tree"', '"two words"', '"x,y"']],
  ['flag=true,False,None', ['True', 'False', 'None']],
  ['same=1,1', ['1']],
  ['path=data/births.csv', ['"data/births.csv"']],
])('%s', (text, values) => {
  expect(parsed(text)).toMatchObject({ values })
})

test.each([
  ['lr', /NAME=VALUES/],
  ['1x=2', /NAME=VALUES/],
  ['lr=', /NAME=VALUES/],
  ['lr=1,,2', /value 2/],
  ['lr=__import__("os")', /value 1/],
  ['lr="a\\"', /value 1/],
  ['n=5..2', /not above/],
  ['n=1..5000', /more than/],
  ['n=0..1:log', /begins at 0/],
  ['x=2..', /no number/],
  ['x=2..4,7', /no number/],
])('%s is refused', (text, why) => {
  expect(parseParameter(text)).toMatchObject({ ok: false, why: expect.stringMatching(why) })
})

test('no text becomes code: every value is a literal', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const found = parseParameter(`x=${text}`)
      if (!found.ok || !('values' in found.value)) return
      for (const value of found.value.values)
        expect(value).toMatch(/^(?:[+-]?[\d.]+(?:[eE][+-]?\d+)?|True|False|None|"(?:[^"\\\n]|\\.)*")$/u)
    }),
  )
})

test('a grid has every combination, and a range is to be drawn from', () => {
  expect(gridOf([parsed('a=1,2'), parsed('b=x,y')])).toEqual({
    ok: true,
    value: [
      { a: '1', b: '"x"' },
      { a: '1', b: '"y"' },
      { a: '2', b: '"x"' },
      { a: '2', b: '"y"' },
    ],
  })
  expect(gridOf([parsed('a=0.1..0.5')]).ok).toBe(false)
  expect(gridOf([parsed('a=1..100'), parsed('b=1..100')]).ok).toBe(false)
})

test('a seed draws the same trials again, all different, within their ranges', () => {
  const parameters = [parsed('lr=0.001..0.1:log'), parsed('depth=2..6')]
  const trials = drawnFrom(parameters, 20, randomFrom(7))
  expect(trials).toEqual(drawnFrom(parameters, 20, randomFrom(7)))
  expect(new Set(trials.map((trial) => JSON.stringify(trial))).size).toBe(20)
  for (const { lr, depth } of trials) {
    expect(Number(lr)).toBeGreaterThanOrEqual(0.001)
    expect(Number(lr)).toBeLessThanOrEqual(0.1)
    expect(['2', '3', '4', '5', '6']).toContain(depth)
  }
  expect(drawnFrom([parsed('a=1,2')], 10, randomFrom(1))).toHaveLength(2)
})

const cell = (source: string, isTagged = false) => ({ source, isTagged })

test('values are set after the tagged cell, else after the last one that gives one of them', () => {
  expect(placeOfParameters([cell('import x'), cell('lr: float = 1', true), cell('lr = 2')], ['lr'])).toEqual({
    ok: true,
    value: 1,
  })
  expect(placeOfParameters([cell('lr = 1'), cell('depth = 2'), cell('f(lr == 1)')], ['lr', 'depth'])).toEqual(
    {
      ok: true,
      value: 1,
    },
  )
})

test('a name that no cell gives a value is refused', () => {
  expect(placeOfParameters([cell('lr = 1')], ['lr', 'lrr'])).toMatchObject({
    ok: false,
    why: expect.stringContaining('`lrr`'),
  })
  expect(placeOfParameters([cell('x = 1', true), cell('lr = 1')], ['lr'])).toMatchObject({ ok: false })
})

test('the cell of a trial sets the values', () => {
  expect(sourceOfTrial({ lr: '0.1', kind: '"tree"' }, 3)).toBe(
    '# Parameters of trial 3\nlr = 0.1\nkind = "tree"',
  )
})

test('a notebook offers the plain values that it gives, and they are replaced where they are', () => {
  const cell = (id: string, source: string, isTagged = false) => ({ id, source, isTagged })
  const cells = [
    cell('a', 'import x\nlr = 0.1  # of Adam\nname: str = "one # two"\nlr == 3\nlayers = [1,\n  2]'),
    cell('b', "depth = 2; wide = 3\ntext = '''a'''\nlr=0.2#\nlast = load()"),
  ]
  expect([...offeredParameters(cells)]).toEqual([
    ['lr', '0.2'],
    ['name', '"one # two"'],
  ])
  expect([...offeredParameters([...cells, cell('p', 'depth = 5', true)])]).toEqual([['depth', '5']])
  expect(withValues(cells, { lr: '0.01', name: '"x"' })).toEqual({
    ok: true,
    value: [
      { id: 'b', source: cells[1]?.source.replace('lr=0.2#', 'lr=0.01#') },
      { id: 'a', source: cells[0]?.source.replace('"one # two"', '"x"') },
    ],
  })
  expect(withValues(cells, { last: '1' })).toMatchObject({ ok: true })
  for (const name of ['layers', 'depth', 'text', 'nothing'])
    expect(withValues(cells, { [name]: '1' }), name).toMatchObject({ ok: false })
  // Two values of one cell, and a value before the tagged cell.
  const both = withValues([cell('a', 'x = 1\ny = 2')], { x: '3', y: '4' })
  expect(both).toEqual({ ok: true, value: [{ id: 'a', source: 'x = 3\ny = 4' }] })
  expect(withValues([cell('p', 'x = 1', true), cell('q', 'x = 2')], { x: '3' })).toMatchObject({
    value: [{ id: 'p' }],
  })
})

test('a name that is given twice is refused', () => {
  expect(trialsOf([parsed('lr=1'), parsed('lr=2')], null)).toMatchObject({ ok: false })
})
