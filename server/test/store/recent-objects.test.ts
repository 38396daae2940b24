/** What is removed while it is being recorded again: it is there afterwards, whichever came first. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf } from '../../src/disk/digest.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { RecentObjects } from '../../src/store/recent-objects.ts'

let root: string
let store: Store
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-recent-')))
  store = await openStore({ root })
})
afterEach(async () => {
  await store.close()
  await rm(root, { recursive: true, force: true })
})

const bytes = (n: number): Buffer => Buffer.alloc(10_000, n)
const HALF_AN_HOUR = 30 * 60_000

test('what was put, found or read within half an hour is not evicted; what is older is', async () => {
  let now = 0
  const objects = new RecentObjects(store.objects, () => now)
  const [a, b, c] = [await objects.put(bytes(1)), await objects.put(bytes(2)), await objects.put(bytes(3))]
  expect(await objects.evict([a, b, c])).toEqual([])
  now = HALF_AN_HOUR + 1
  expect([await objects.has(a), await objects.get(b)]).toEqual([true, bytes(2)])
  expect(objects.evictable([a, b, c])).toEqual([c])
  expect(await objects.evict([a, b, c])).toEqual([c])
  expect([await objects.has(a), await objects.has(b), await objects.has(c)]).toEqual([true, true, false])
  expect(await objects.put(bytes(3))).toBe(c)
  expect(await objects.get(c)).toEqual(bytes(3))
})

test('what was touched long ago is forgotten, also where nothing is ever evicted', async () => {
  let now = 0
  const objects = new RecentObjects(store.objects, () => now)
  for (let n = 0; n < 20; n++) {
    await objects.put(bytes(n))
    now += HALF_AN_HOUR / 4
  }
  expect(objects.recentCount).toBeLessThanOrEqual(5)
})

test('an object that is put while it is evicted is there', async () => {
  const puts = fc.array(fc.constantFrom('put', 'has', 'evict'), { minLength: 2, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(puts, async (steps) => {
      let now = 0
      const objects = new RecentObjects(store.objects, () => now)
      const digest = await objects.put(bytes(7))
      now = HALF_AN_HOUR + 1
      const done = await Promise.all(
        steps.map(async (step) => {
          if (step === 'evict') await objects.evict([digest])
          else if (step === 'put') await objects.put(bytes(7))
          return step === 'has' && (await objects.has(digest))
        }),
      )
      // Who has put it, or was answered that it is there, may name it.
      if (steps.includes('put') || done.includes(true)) expect(await store.objects.has(digest)).toBe(true)
      await store.objects.remove([digest])
    }),
    { numRuns: 60 },
  )
})

test('the open store evicts nothing that it has just stored', async () => {
  const digest = await store.objects.put(bytes(9))
  expect(await store.eviction.evict([digest, digestOf('not there')])).toEqual([digestOf('not there')])
  expect(await store.objects.has(digest)).toBe(true)
})
