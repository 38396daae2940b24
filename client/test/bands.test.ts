import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Band, bandsOf, startsOf } from '../src/notebook/bands.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `c${n}`)
const homeOf = (bands: readonly Band[], id: string): number | undefined =>
  bands.find(({ cells }) => cells.includes(id))?.key

test('the bands hold every order, whatever was before', () => {
  const orders = fc.uniqueArray(fc.constantFrom(...names(150)), { maxLength: 150 })
  fc.assert(
    fc.property(fc.array(orders, { minLength: 1, maxLength: 6 }), (all) => {
      let bands: readonly Band[] = []
      for (const order of all) {
        bands = bandsOf(order, bands, order[0] ?? null)
        expect(bands.flatMap(({ cells }) => cells)).toEqual(order)
        expect(new Set(bands.map(({ key }) => key)).size).toBe(bands.length)
        expect(Math.max(0, ...bands.map(({ cells }) => cells.length))).toBeLessThanOrEqual(60)
      }
    }),
  )
})

test('an inserted cell joins the band before it, and the other bands stay the same objects', () => {
  const before = bandsOf(names(100), [], null)
  const after = bandsOf(names(100).toSpliced(30, 0, 'new'), before, 'new')
  expect(after).toHaveLength(before.length)
  expect(homeOf(after, 'new')).toBe(homeOf(before, 'c29'))
  expect(after.filter((band, place) => band !== before[place])).toHaveLength(1)
  expect(startsOf(after).get(after.at(-1) as Band)).toBe(97)
})

test('a cell that is moved far changes its band, and no other does', () => {
  const order = names(100)
  const before = bandsOf(order, [], null)
  const moved = order.toSpliced(5, 1).toSpliced(70, 0, 'c5')
  const after = bandsOf(moved, before, 'c5')
  const changed = order.filter((id) => homeOf(before, id) !== homeOf(after, id))
  expect(changed).toEqual(['c5'])
})

test('where a band is divided the cell with the focus stays', () => {
  let order = names(24)
  let bands = bandsOf(order, [], null)
  for (let n = 0; n < 150; n++) {
    const focus = `n${n}`
    order = order.toSpliced(20, 0, focus)
    const home = homeOf(bands, 'c19')
    bands = bandsOf(order, bands, focus)
    expect(homeOf(bands, focus)).toBe(home)
  }
})
