import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cheapest, type Item, type Work } from '../../src/replay/cheapest.ts'

const item = (id: string, maker: string, loadMs: number | null): Item => ({ id, maker, loadMs })
const work = (id: string, ms: number | null, ...needs: string[]): Work => ({ id, ms, needs })
const chosen = (items: Item[], works: Work[], wanted: string[]) => {
  const { load, rerun } = cheapest(items, works, wanted)
  return { load: [...load], rerun: [...rerun] }
}

test('a long run is loaded, a short one run again', () => {
  const works = [work('1', 10_000), work('2', 1, 'a')]
  const items = [item('a', '1', 20), item('b', '2', 20)]
  expect(chosen(items, works, ['a', 'b'])).toEqual({ load: ['a'], rerun: ['2'] })
})

test('what leads to a loaded value is not run', () => {
  const works = [work('1', 5000), work('2', 5000, 'a'), work('3', 5000, 'b')]
  const items = [item('a', '1', 30), item('b', '2', 30), item('c', '3', 30)]
  expect(chosen(items, works, ['c'])).toEqual({ load: ['c'], rerun: [] })
})

test('a run that is needed anyway makes all that it made', () => {
  const works = [work('1', 5000)]
  const items = [item('a', '1', 30), item('b', '1', null)]
  expect(chosen(items, works, ['a', 'b'])).toEqual({ load: [], rerun: ['1'] })
})

test('what cannot be had does not keep others from being', () => {
  const works = [work('1', null), work('2', 5, 'a'), work('3', 7)]
  const items = [item('a', '1', null), item('b', '2', 3), item('c', '3', null)]
  const { load, rerun } = cheapest(items, works, ['a', 'b', 'c'])
  expect(load.has('b') && rerun.has('3')).toBe(true)
})

/** Cost of a choice, or null if a run lacks an input. */
function cost(items: readonly Item[], works: readonly Work[], wanted: readonly string[], rerun: Set<string>) {
  const needed = new Set([
    ...wanted,
    ...works.filter(({ id }) => rerun.has(id)).flatMap(({ needs }) => needs),
  ])
  let total = 0
  for (const { id, ms } of works) if (rerun.has(id)) total += ms ?? 1e9
  for (const { id, maker, loadMs } of items) if (needed.has(id) && !rerun.has(maker)) total += loadMs ?? 1e9
  return total
}

const histories = fc.integer({ min: 1, max: 7 }).chain((count) => {
  const ids = Array.from({ length: count }, (_, place) => String(place))
  const cost = fc.option(fc.integer({ min: 1, max: 100 }), { freq: 4 })
  return fc.record({
    items: fc.tuple(...ids.map((id) => cost.map((loadMs) => item(id, id, loadMs)))),
    works: fc.tuple(
      ...ids.map((id, place) =>
        cost.chain((ms) => fc.subarray(ids.slice(0, place)).map((needs) => work(id, ms, ...needs))),
      ),
    ),
    wanted: fc.subarray(ids, { minLength: 1 }),
  })
})

test('no other choice costs less', () => {
  fc.assert(
    fc.property(histories, ({ items, works, wanted }) => {
      const { rerun } = cheapest(items, works, wanted)
      const best = Math.min(
        ...Array.from({ length: 2 ** works.length }, (_, bits) =>
          cost(
            items,
            works,
            wanted,
            new Set(works.flatMap(({ id }, place) => (bits & (1 << place) ? [id] : []))),
          ),
        ),
      )
      expect(cost(items, works, wanted, new Set(rerun))).toBe(best)
    }),
  )
})
