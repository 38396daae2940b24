/** `kernels` lists what can be started and what is there. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { queued, sessionEnded, sessionStarted } from '../store/entries.ts'
import { newFolder, yesterday } from './program.ts'

let root = ''
beforeEach(async () => {
  root = await newFolder()
})
afterEach(() => rm(root, { recursive: true, maxRetries: 5 }))

test('lists open sessions with their runs; a process that is not proven ours is none of theirs', async () => {
  const connectionFile = join(root, 'connection.json')
  await writeFile(connectionFile, '{}')
  const { kernel } = sessionStarted('s')
  const store = await openStore({ root })
  await store.runs.append([
    sessionStarted('living', { kernel: { ...kernel, pid: process.pid, connectionFile } }),
    sessionStarted('gone', { kernel: { ...kernel, pid: 2 ** 22 + 1, connectionFile } }),
    sessionStarted('over'),
    sessionEnded('over'),
    queued('run1', 'living'),
  ])
  await store.close()
  const { code, out } = await yesterday(root, 'kernels', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    specs: expect.any(Array),
    kernels: [
      {
        session: 'living',
        notebook: 'book.ipynb',
        spec: 'python3',
        pid: process.pid,
        alive: false,
        runs: ['run1'],
      },
      { session: 'gone', alive: false, runs: [] },
    ],
  })
  const person = await yesterday(root, 'kernels')
  expect(person.out).toContain('gone')
})

test('where nothing was recorded, no session is open', async () => {
  const { code, out } = await yesterday(root, 'kernels', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ kernels: [] })
})
