import { expect, test } from 'vitest'
import { Keyed, keyedBy } from '../src/state/keyed.ts'
import { Watched } from '../src/state/observable.ts'

/** How often the listener of a key was called. */
function counted(keyed: Pick<Keyed<unknown>, 'subscribe'>, key: string): { times: number; stop: () => void } {
  const count = { times: 0, stop: () => {} }
  count.stop = keyed.subscribe(key, () => count.times++)
  return count
}

test('a listener hears of its own key alone', () => {
  const keyed = new Keyed<number>()
  const [a, b] = [counted(keyed, 'a'), counted(keyed, 'b')]
  keyed.set(new Map([['a', 1]]))
  expect([a.times, b.times]).toEqual([1, 0])
  keyed.put('b', 2)
  keyed.put('b', 2)
  expect([a.times, b.times]).toEqual([1, 1])
  keyed.set(new Map([['b', 2]]))
  expect([a.times, b.times, keyed.get('a'), keyed.get('b')]).toEqual([2, 1, undefined, 2])
  a.stop()
  keyed.put('a', 3)
  expect(a.times).toBe(2)
})

test('values that are the same are kept as they are', () => {
  const source = new Watched([{ id: 'a', n: 1 }])
  const keyed = keyedBy(
    source,
    (all) => new Map(all.map((one) => [one.id, one])),
    (one, other) => one.n === other.n,
  )
  const [first, heard] = [keyed.get('a'), counted(keyed, 'a')]
  source.set([{ id: 'a', n: 1 }])
  expect(keyed.get('a')).toBe(first)
  source.set([{ id: 'a', n: 2 }])
  expect([heard.times, keyed.get('a')?.n]).toEqual([1, 2])
})
