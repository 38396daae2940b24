/** `kernels` lists what can be started and what is there. */
import { rm } from 'node:fs/promises'
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
  const store = await openStore({ root })
  await store.runs.append([
    sessionStarted('living'),
    sessionStarted('gone'),
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
        pid: null,
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
