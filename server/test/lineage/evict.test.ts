/** Room for new values: what only old runs need goes, the oldest first, and the log says why. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Eviction } from '../../src/lineage/evict.ts'
import { ValueBudget } from '../../src/session/value-budget.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { at, edge, ended, queued, sessionEnded, sessionStarted } from '../store/entries.ts'

const SIZE = 100_000
let root: string
let store: Store
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-evict-')))
  store = await openStore({ root })
})
afterEach(async () => {
  await store.close()
  await rm(root, { recursive: true, force: true })
})

const value = (n: number): Buffer => Buffer.alloc(SIZE, n)

/** Runs of the same cell, each with a value of its own; returns the digests. */
async function history(runs: number, failed: readonly number[] = []): Promise<readonly string[]> {
  await store.runs.append([sessionStarted('5e550001')])
  const digests: string[] = []
  for (let n = 0; n < runs; n++) {
    const digest = await store.objects.put(value(n))
    digests.push(digest)
    const run = `run0${n}`
    const made = edge('x', { digest, value: { format: 'pickle', digest, size: SIZE, signature: null } })
    const outcome = failed.includes(n) ? ({ outcome: 'error' } as const) : {}
    await store.runs.append([
      queued(run, '5e550001', { cellId: 'aaaaaa' }),
      ended(run, n + 1, { generated: [made], at: at(n + 1), ...outcome }),
    ])
  }
  await store.runs.append([sessionEnded('5e550001')])
  return digests
}

/** As another process, which has not touched the objects. */
async function reopened(): Promise<void> {
  await store.close()
  store = await openStore({ root })
}

test('the oldest values go, the newest good one of a cell stays, and the log says why', async () => {
  const digests = await history(6, [5])
  await reopened()
  const eviction = new Eviction({ store, now: () => new Date(), why: 'to keep within 1 GiB' })
  expect(await eviction.makeRoom(2.5 * SIZE)).toBe(3 * SIZE)
  const there = await Promise.all(digests.map((digest) => store.objects.has(digest)))
  expect(there).toEqual([false, false, false, true, true, true])
  const entries = []
  for await (const { entry } of store.runs.read()) entries.push(entry)
  expect(entries.at(-1)).toMatchObject({ type: 'bytes-dropped', why: 'to keep within 1 GiB' })
  // The newest, and the newest that ended well, are never removed.
  await reopened()
  expect(await new Eviction({ store, now: () => new Date(), why: '' }).makeRoom(100 * SIZE)).toBe(SIZE)
  expect(await Promise.all(digests.slice(3).map((digest) => store.objects.has(digest)))).toEqual([
    false,
    true,
    true,
  ])
})

test('what this process uses stays; after nothing was found, it is not looked for at once again', async () => {
  const digests = await history(4)
  let now = new Date()
  const eviction = new Eviction({ store, now: () => now, why: '' })
  expect(await eviction.makeRoom(SIZE)).toBe(0)
  expect(await Promise.all(digests.map((digest) => store.objects.has(digest)))).not.toContain(false)
  await reopened()
  const other = new Eviction({ store, now: () => now, why: '' })
  for (const digest of digests) await store.objects.get(digest)
  expect(await other.makeRoom(SIZE)).toBe(0)
  let read = 0
  const { runs } = store
  const counting = (after?: number) => {
    read++
    return runs.read(after)
  }
  const counted = { ...store, runs: { ...runs, read: counting } }
  const third = new Eviction({ store: counted, now: () => now, why: '' })
  await third.makeRoom(SIZE)
  const once = read
  await third.makeRoom(SIZE)
  expect(read).toBe(once)
  now = new Date(now.getTime() + 11 * 60_000)
  await third.makeRoom(SIZE)
  expect(read).toBeGreaterThan(once)
})

test('a full budget makes room once for all who wait, and refuses only what does not fit then', async () => {
  await history(8)
  await reopened()
  const budget = new ValueBudget(store.objects, 9 * SIZE)
  const eviction = new Eviction({ store, now: () => new Date(), why: '' })
  let rooms = 0
  budget.onFull((bytes) => {
    rooms++
    return eviction.makeRoom(bytes)
  })
  const admitted = await Promise.all([2, 1, 1].map((size) => budget.admit(size * SIZE)))
  expect([admitted, rooms]).toEqual([[true, true, true], 1])
  expect(await budget.admit(10 * SIZE)).toBe(false)
  expect(budget.refusal).toContain('YESTERDAY_PROJECT_MIB')
})
