/** `yesterday status` as a person starts it. */
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { contentRead, edge, ended, queued, sessionEnded, sessionStarted } from '../store/entries.ts'
import { newFolder, yesterday } from './program.ts'

let root = ''
beforeEach(async () => {
  root = await newFolder()
})
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

test('what is stored is counted once, by kind, and gc says as much', async () => {
  const store = await openStore({ root })
  const source = await store.objects.put(Buffer.from('x = 1'))
  const digest = await store.objects.put(Buffer.alloc(20_000, 1))
  const value = { format: 'pickle5', digest, size: 20_000, signature: null }
  const shown = await store.objects.put(Buffer.from('shown'))
  const output = { mime: 'text/plain', digest: shown, size: 5, outputType: 'execute_result', name: null }
  const generated = [edge('x', { value })]
  await store.runs.append([
    sessionStarted('s'),
    queued('run1', 's', { cellId: 'c', sourceDigest: source }),
    ended('run1', 1, { generated, outputs: [output] }),
    queued('run2', 's', { cellId: 'c', sourceDigest: source }),
    ended('run2', 2, { generated }),
    contentRead('run2', 's', [
      {
        side: 'generated',
        kind: 'variable',
        name: 'big',
        by: 'run2',
        what: 'the value of big',
        digest,
        why: 'not kept: budget: too much',
      },
    ]),
    sessionEnded('s'),
  ])
  await store.close()
  const said = JSON.parse((await yesterday(root, 'status', '--json')).out)
  expect(said).toMatchObject({
    sessions: 1,
    runs: 2,
    byKind: [
      { kind: 'code', count: 1, bytes: 5 },
      { kind: 'output', count: 1, bytes: 5 },
      { kind: 'value', count: 1, bytes: 20_000 },
    ],
    gcFreesBytes: 0,
    notKept: 1,
  })
  expect(said.databaseBytes).toBeGreaterThan(0)
  const { out } = await yesterday(root, 'status')
  expect(out).toContain('2 runs in 1 session')
  expect(out).toContain('1 piece of values: 19.5 KiB')
  expect(out).toContain('1 value not kept: budget (YESTERDAY_PROJECT_MIB)')
})
