/** Checkpoints after quiet time: when they are made, and that no edit is without one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import type { OpenDocument } from '../../src/document/ports.ts'
import { QuietCheckpoints } from '../../src/lineage/quiet-checkpoints.ts'

const made: string[] = []
let held = 0
const document = (id: string): OpenDocument => ({
  id,
  epoch: 'e',
  path: id,
  writable: true,
  doc: new Y.Doc(),
})
const checkpoints = (fails = false) =>
  new QuietCheckpoints({
    documents: {
      get: (id) => (id === 'gone' ? null : document(id)),
      hold: () => {
        held++
        return () => held--
      },
    },
    make: async ({ id }) => {
      made.push(id)
      if (fails) throw new Error('the disk is full')
    },
    quietMs: 600,
    longestMs: 3600,
  })

beforeEach(() => {
  made.length = 0
  held = 0
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('one is made once the notebook is quiet, which stays open until then', async () => {
  const all = checkpoints()
  all.edited('a')
  await vi.advanceTimersByTimeAsync(500)
  all.edited('a')
  await vi.advanceTimersByTimeAsync(500)
  expect([made, held]).toEqual([[], 1])
  await vi.advanceTimersByTimeAsync(100)
  expect([made, held]).toEqual([['a'], 0])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(made).toEqual(['a'])
})

test('edits without a pause get one in each longest time', async () => {
  const all = checkpoints()
  for (let step = 0; step < 12; step++) {
    all.edited('a')
    await vi.advanceTimersByTimeAsync(400)
  }
  expect(made).toEqual(['a'])
})

test('a server that stops makes what is due; a notebook that is gone and a failure leave nothing held', async () => {
  const all = checkpoints()
  all.edited('a')
  all.edited('b')
  all.edited('gone')
  await all.close()
  expect([made.toSorted(), held]).toEqual([['a', 'b'], 0])
  const failing = checkpoints(true)
  failing.edited('a')
  await expect(failing.close()).rejects.toThrow('full')
  expect(held).toBe(0)
})
