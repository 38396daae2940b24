/** What is expected of runs, from samples that are given. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codeShape } from '../../src/prediction/code-shape.ts'
import { estimate } from '../../src/prediction/fit.ts'
import { type Learned, predict, predictMade } from '../../src/prediction/predict.ts'
import { given, type LearnedEdge, type Sample, sampleOf } from '../../src/prediction/sample.ts'

const number = (name: string, value: number): LearnedEdge => ({
  ...{ kind: 'variable', name, digest: `d:${value}`, shape: null, size: null, type: 'int' },
  ...{ number: value, stored: 20 },
})
const list = (name: string, length: number, digest: string | null = `d:${length}`): LearnedEdge => ({
  ...{ kind: 'variable', name, digest, shape: [length], size: null, type: 'list' },
  ...{ number: null, stored: length },
})

let seq = 0
function ran(source: string, used: readonly LearnedEdge[], ms: number, more: Partial<Sample> = {}): Sample {
  seq++
  const facts = { seq, run: `r${seq}`, session: 's', cell: 'c', durationMs: ms, memory: null, outputBytes: 0 }
  return { ...sampleOf({ ...facts, used, generated: [] }, false, codeShape(source)), ...more }
}
const learned = (...samples: readonly Sample[]): Learned => ({
  ofCode: (skeleton) => samples.filter(({ code }) => code.skeleton === skeleton),
  ofProject: () => samples,
})
const now = (source: string, used: readonly LearnedEdge[]) => {
  const code = codeShape(source)
  return [code, given(code, used, false)] as const
}

describe('the shape of code', () => {
  test('is without comments, layout and numbers', () => {
    const one = codeShape('n = 1_000  # many\nfor i in range(n):\n    f(i, 0.5)')
    const other = codeShape('n = 2e3\n\nfor i in range(n):\n  f(i,   7)')
    expect(other.skeleton).toBe(one.skeleton)
    expect([one.literals, other.literals]).toEqual([
      [1000, 0.5],
      [2000, 7],
    ])
    expect(codeShape('f("1")').skeleton).not.toBe(codeShape('f("2")').skeleton)
  })

  test('has what it calls, imports and loops over, and the numbers that it sets', () => {
    const { features, assigned } = codeShape(
      'import numpy as np\nk = 3\nwhile x:\n  for y in z: np.sort(y)\nq = k + 1',
    )
    expect([...features].sort()).toEqual(['call sort', 'import numpy', 'loop 1', 'loop 2'])
    expect([...assigned]).toEqual([['k', 3]])
  })

  test('is found of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => codeShape(text).literals.every(Number.isFinite)),
    )
  })
})

describe('a law of what was measured', () => {
  const points = (law: (x: number) => number, ...xs: readonly number[]) =>
    xs.map((x) => ({ quantities: new Map([['x', x]]), value: law(x) }))
  const at = (x: number) => new Map([['x', x]])

  test.each([
    ['constant', () => 80, 0.05],
    ['linear', (x: number) => 2 * x, 0.1],
    ['quadratic', (x: number) => 0.01 * x * x, 0.15],
    ['with what starts', (x: number) => 50 + 0.1 * x, 0.1],
  ] as const)('%s', (_, law, tolerance) => {
    const found = estimate(points(law, 100, 300, 1000, 2000, 500, 5000), at(3000), 1)
    expect(Math.abs((found?.value ?? 0) / law(3000) - 1)).toBeLessThan(tolerance)
    expect(found?.low).toBeLessThanOrEqual(law(3000))
    expect(found?.high).toBeGreaterThanOrEqual(law(3000) * 0.99)
  })

  test('is not moved by one measurement that is far off', () => {
    const measured = points((x) => 2 * x, 100, 200, 400, 800, 1600, 3200)
    const found = estimate(measured.with(2, { quantities: at(400), value: 40_000 }), at(1000), 1)
    expect(Math.abs((found?.value ?? 0) / 2000 - 1)).toBeLessThan(0.3)
  })

  test('after one measurement supposes that twice the input takes about twice, and says that it is not sure', () => {
    const found = estimate(
      points(() => 100, 1000),
      at(10_000),
      1,
    )
    expect(found?.value).toBeGreaterThan(500)
    expect(found?.value).toBeLessThan(1000)
    expect((found?.high ?? 0) / (found?.low ?? 1)).toBeGreaterThan(3)
  })

  test('finds which of two inputs counts', () => {
    const measured = [
      [10, 1000],
      [20, 50],
      [40, 700],
      [80, 20],
      [160, 3000],
      [15, 400],
    ].map(([a = 0, b = 0]) => ({
      quantities: new Map([
        ['a', a],
        ['b', b],
      ]),
      value: 5 * a,
    }))
    const found = estimate(
      measured,
      new Map([
        ['a', 100],
        ['b', 10_000],
      ]),
      1,
    )
    expect(Math.abs((found?.value ?? 0) / 500 - 1)).toBeLessThan(0.2)
  })

  test('is finite and in its interval, whatever was measured', () => {
    const value = fc.double({ min: 0, max: 1e12, noNaN: true })
    const quantity = fc.double({ min: 1e-9, max: 1e15, noNaN: true })
    const row = fc.record({ value, x: quantity, y: quantity })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), quantity, (rows, x) => {
        const measured = rows.map((one) => ({
          quantities: new Map([
            ['x', one.x],
            ['y', one.y],
          ]),
          value: one.value,
        }))
        const found = estimate(measured, at(x), 1)
        if (found === null) return rows.length === 0
        return Number.isFinite(found.value) && found.low <= found.value && found.value <= found.high
      }),
    )
  })
})

describe('a run', () => {
  const source = 'ys = sorted(xs)'

  test('is expected to take what equal runs took', () => {
    const history = learned(
      ran(source, [list('xs', 10)], 40),
      ran(source, [list('xs', 900)], 4000),
      ran(source, [list('xs', 10)], 44),
    )
    const { ms, stored, memory } = predict(history, ...now(source, [list('xs', 10)]))
    expect(ms).toMatchObject({ value: 42, method: 'exact', runs: 2 })
    expect(stored?.method).toBe('exact')
    expect(memory).toBeNull()
  })

  test('is expected by the sizes of its inputs where these are new', () => {
    const history = learned(...[1, 2, 4, 8].map((n) => ran(source, [list('xs', n * 1000)], n * 50)))
    const { ms } = predict(history, ...now(source, [list('xs', 16_000)]))
    expect(ms).toMatchObject({ method: 'inputs', runs: 4 })
    expect(Math.abs((ms?.value ?? 0) / 800 - 1)).toBeLessThan(0.15)
  })

  test('is expected by the numbers of its own code', () => {
    const history = learned(...[1, 2, 4, 8].map((n) => ran(`f(${n * 100})`, [], n * 50)))
    const { ms } = predict(history, ...now('f(1600)', []))
    expect(Math.abs((ms?.value ?? 0) / 800 - 1)).toBeLessThan(0.15)
  })

  test('that is not the first of its code is expected as later runs were; after a first one alone, as that', () => {
    const first = { isFirst: true }
    expect(predict(learned(ran(source, [], 1300, first)), ...now(source, [])).ms?.value).toBe(1300)
    const history = learned(ran(source, [], 1300, first), ran(source, [], 30), ran(source, [], 1200, first))
    expect(predict(history, ...now(source, [])).ms?.value).toBe(30)
  })

  test('has no equal one while an input has no digest', () => {
    const history = learned(ran(source, [list('xs', 10, null)], 40))
    expect(predict(history, ...now(source, [list('xs', 10, null)])).ms?.method).toBe('inputs')
  })

  test('of new code is expected by code that does alike, with less certainty', () => {
    const history = learned(
      ran('model = Forest(trees=10).fit(X, y)', [], 5000),
      ran('print(open("a").read())', [], 3),
    )
    const { ms } = predict(history, ...now('best = Forest(trees=10).fit(A, b)', []))
    expect(ms).toMatchObject({ method: 'project', runs: 1 })
    expect(ms?.value).toBeGreaterThan(2000)
    expect((ms?.high ?? 0) / (ms?.low ?? 1)).toBeGreaterThan(3)
  })

  test('of which nothing is known is not guessed', () => {
    const history = learned(ran(source, [list('xs', 10)], 40))
    expect(predict(history, ...now('nothing.like(it)', []))).toEqual({ ms: null, memory: null, stored: null })
    expect(predict(learned(), ...now(source, [])).ms).toBeNull()
  })
})

test('sizes of what a run will make are expected from its inputs', () => {
  const made = (n: number) => ({ made: new Map([['variable xs', n * 3]]) })
  const own = [1000, 2000, 8000].map((n) => ran('xs = f(n)', [number('n', n)], 10, made(n)))
  const [, asked] = now('xs = f(n)', [number('n', 4000)])
  expect(Math.abs((predictMade(own, asked).get('variable xs') ?? 0) / 12_000 - 1)).toBeLessThan(0.1)
})
