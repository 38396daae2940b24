/** From what is asked to be run again to the recorded runs. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isRefused, runsOf } from '../../src/replay/targets.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'
import { fill, ids, newFolder } from '../cli/program.ts'

let root = ''
let store: Store
beforeAll(async () => {
  root = await newFolder()
  await fill(root)
  store = await openStore({ root })
})
afterAll(async () => {
  await store.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

async function runs(target: Parameters<typeof runsOf>[1]): Promise<readonly string[]> {
  const found = await runsOf(store.index, target)
  return isRefused(found) ? [found.refused.code] : found.map(({ run }) => run)
}

test('a run is its slice, a state its session up to the run, a session all that ran in it', async () => {
  expect(await runs({ kind: 'run', run: ids.clean })).toEqual([ids.load, ids.clean])
  const upTo = await runs({ kind: 'state', run: ids.clean })
  expect(upTo.at(-1)).toBe(ids.clean)
  const session = await runs({ kind: 'session', session: '5e551011' })
  expect(session.slice(0, upTo.length)).toEqual(upTo)
  expect(session.length).toBeGreaterThan(upTo.length)
})

test('what cannot be named is refused', async () => {
  expect(await runs({ kind: 'state', run: 'ffff' })).toEqual(['no-run'])
  expect(await runs({ kind: 'state', run: 'aaaa1' })).toEqual(['ambiguous-run'])
  expect(await runs({ kind: 'state', run: ids.waiting })).toEqual(['not-ended'])
})
