/** Entries of the history that cannot be read when a server starts. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import { queued, sessionStarted } from '../store/entries.ts'
import { type House, makeProject, openHouse, raze } from './house.ts'

let house: House | null = null
afterEach(async () => {
  if (house !== null) await raze(house)
  house = null
})

test('a session whose entry cannot be read is closed and reported; others are recovered, and the next start is normal', async () => {
  const root = await makeProject({ a: '1' })
  const store = await openStore({ root })
  await store.runs.append([
    sessionStarted('s1'),
    queued('r1', 's1'),
    sessionStarted('s2', { documentId: 'gone' }),
  ])
  await store.close()
  const database = new DatabaseSync(join(root, '.yesterday', 'history.db'))
  database.prepare("UPDATE log SET body = '{' WHERE type = 'session-started' AND body LIKE '%s1%'").run()
  database.close()
  house = await openHouse(root)
  await house.sessions.recover()
  expect(house.problems).toEqual([expect.stringMatching(/session s1 was closed: .*cannot be read/)])
  expect(await house.store.index.openSessions()).toEqual([])
  await house.sessions.recover()
  expect(house.problems).toHaveLength(1)
})
