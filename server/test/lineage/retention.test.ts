import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOf } from '../../src/disk/digest.ts'
import { type BytesKind, planRetention, type RunBytes } from '../../src/lineage/retention.ts'

const [a, b, c] = ['a', 'b', 'c'].map((text) => digestOf(text)) as [string, string, string]
const day = (place: number): string => `2026-01-${String(place).padStart(2, '0')}T00:00:00.000Z`
const run = (place: number, digests: readonly string[], kept: string | null = null): RunBytes => ({
  run: `run${place}`,
  at: day(place),
  kept,
  bytes: new Map(digests.map((digest) => [digest, 'value' as BytesKind])),
})
const sizes = new Map([
  [a, 10],
  [b, 20],
  [c, 30],
])

test('old runs lose what no kept run needs', () => {
  const plan = planRetention([run(1, [a, b]), run(9, [b, c])], sizes, { before: day(5), maxBytes: null })
  expect(plan).toMatchObject({ runs: ['run1'], freedBytes: 10, keptBytes: 50, keptRuns: 1 })
  expect(plan.letGo).toEqual([{ digest: a, kind: 'value', size: 10 }])
})

test('what has a reason is kept whatever its age', () => {
  const plan = planRetention([run(1, [a], 'a checkpoint names it')], sizes, { before: day(5), maxBytes: 0 })
  expect(plan).toMatchObject({ runs: [], letGo: [], keptRuns: 1 })
})

test('over the size the oldest go first', () => {
  const plan = planRetention([run(6, [a]), run(7, [b]), run(8, [c])], sizes, {
    before: day(1),
    maxBytes: 50,
  })
  expect(plan).toMatchObject({ runs: ['run6'], keptBytes: 50 })
})

test('bytes that are gone already count nowhere', () => {
  const plan = planRetention([run(1, [digestOf('gone')])], sizes, { before: day(5), maxBytes: null })
  expect(plan).toMatchObject({ runs: [], freedBytes: 0, keptBytes: 0 })
})

test('no kept run loses anything, and nothing else stays', () => {
  const runs = fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 28 }), fc.subarray([a, b, c]), fc.option(fc.constant('open')))
      .map(([place, digests, kept]) => run(place, digests, kept)),
  )
  fc.assert(
    fc.property(runs, fc.option(fc.integer({ min: 0, max: 60 })), (all, maxBytes) => {
      const named = all.map((one, place) => ({ ...one, run: `${one.run}-${place}` }))
      const plan = planRetention(named, sizes, { before: day(14), maxBytes })
      const gone = new Set(plan.letGo.map(({ digest }) => digest))
      const lost = new Set(plan.runs)
      const kept = named.filter((one) => !lost.has(one.run))
      expect(kept.some(({ bytes }) => [...bytes.keys()].some((digest) => gone.has(digest)))).toBe(false)
      const needed = new Set(named.flatMap(({ bytes }) => [...bytes.keys()]))
      const stays = new Set(kept.flatMap(({ bytes }) => [...bytes.keys()]))
      expect([...needed].every((digest) => gone.has(digest) || stays.has(digest))).toBe(true)
    }),
  )
})
