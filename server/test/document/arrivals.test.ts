import { expect, test } from 'vitest'
import { Arrivals } from '../../src/document/arrivals.ts'

/** Longer than any test waits. */
const LONG = 60_000

test('a count that has arrived is not waited for', async () => {
  const arrivals = new Arrivals()
  arrivals.arrived('page', 3)
  expect(await arrivals.until('page', 3, LONG)).toBe(true)
  expect(await arrivals.until('other', 0, LONG)).toBe(true)
})

test('each waits for its own count', async () => {
  const arrivals = new Arrivals()
  const order: string[] = []
  const third = arrivals.until('page', 3, LONG).then((arrived) => order.push(`3 ${arrived}`))
  const first = arrivals.until('page', 1, LONG).then((arrived) => order.push(`1 ${arrived}`))
  arrivals.arrived('page', 1)
  await first
  arrivals.arrived('page', 4)
  await third
  expect(order).toEqual(['1 true', '3 true'])
})

test('a connection that ends, or that takes too long, is distinguished from one that arrived', async () => {
  const arrivals = new Arrivals()
  const waiting = arrivals.until('page', 1, LONG)
  arrivals.end('page')
  expect(await waiting).toBe(false)
  expect(await arrivals.until('page', 1, 1)).toBe(false)
})
