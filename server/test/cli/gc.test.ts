/** `yesterday gc` as a person starts it. */
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogEntry } from '../../src/store/log-entry.ts'
import { openStore } from '../../src/store/open-store.ts'
import { edge, ended, queued, sessionEnded, sessionStarted, started } from '../store/entries.ts'
import { newFolder, yesterday } from './program.ts'

let root = ''
beforeEach(async () => {
  root = await newFolder()
})
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

/** Two runs of one cell, each with a stored value; the older one's can go. */
async function fill() {
  const store = await openStore({ root })
  const source = await store.objects.put(Buffer.from('x = 1'))
  const bytes = [Buffer.alloc(20_000, 1), Buffer.alloc(30_000, 2)]
  const runs = ['aaaa1000000000000001', 'bbbb1000000000000002']
  const entries: LogEntry[] = [sessionStarted('s')]
  for (const [place, run] of runs.entries()) {
    const digest = await store.objects.put(bytes[place] ?? Buffer.alloc(0))
    const value = { format: 'pickle5', digest, size: 1, signature: null }
    entries.push(
      queued(run, 's', { cellId: 'c', sourceDigest: source }),
      started(run),
      ended(run, place + 1, { generated: [edge('x', { by: run, value })] }),
    )
  }
  await store.runs.append([...entries, sessionEnded('s')])
  await store.close()
  return runs
}

test('the plan is shown first, then done; the run says why it cannot be replayed', async () => {
  const [old = '', newest = ''] = await fill()
  const plan = await yesterday(root, 'gc', '--older-than', '0', '--json')
  expect(JSON.parse(plan.out)).toMatchObject({ runs: [old], freedBytes: 20_000, applied: false })
  expect((await yesterday(root, 'gc', '--older-than', '0')).out).toContain('do it with --apply')
  const done = await yesterday(root, 'gc', '--older-than', '0', '--apply')
  expect(done).toMatchObject({ code: 0, err: '' })
  expect(done.out).toContain('deleted the bytes of 1 run')
  const store = await openStore({ root })
  const values = await Promise.all(
    [old, newest].map(async (run) => (await store.index.receipt(run))?.generated[0]?.value?.digest ?? ''),
  )
  expect(await Promise.all(values.map((digest) => store.objects.has(digest)))).toEqual([false, true])
  expect(await store.index.dropped(values)).toEqual(new Set([values[0]]))
  expect((await store.check()).problems).toEqual([])
  await store.close()
  expect((await yesterday(root, 'gc', '--older-than', '0')).out).toContain('nothing to delete')
})

test('a size that is none is named', async () => {
  await fill()
  const said = await yesterday(root, 'gc', '--keep', 'lots')
  expect(said).toMatchObject({ code: 2 })
  expect(said.err).toContain('--keep wants a size')
})
