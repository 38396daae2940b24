/** What waits in the queue: a run that ends is no news to the cells that wait on, but for their places. */
import type { SessionView } from '@yesterday/server/contract/session.ts'
import { expect, test, vi } from 'vitest'
import { idle } from '../gallery/server.ts'
import { cellRuns, queuePlaces, sameRun } from '../src/access/cell-facts.ts'
import { keyedBy } from '../src/state/keyed.ts'
import { Watched } from '../src/state/observable.ts'

const actor = { id: 'ada', name: 'Ada' }
const queued = '2026-01-01T00:00:00.000Z'
const cells = ['a', 'b', 'c', 'd']
/** The first `done` cells have run, the next one runs, the others wait. */
function view(done: number): SessionView {
  const [first, ...waiting] = cells.slice(done).map((cell) => ({ run: `run-${cell}`, cell, actor, queued }))
  const running = first === undefined ? null : { ...first, started: queued, expectedMs: null }
  return { ...idle, running, queue: waiting }
}

test('each cell hears of its own run alone, however many wait', () => {
  const session = new Watched(view(0))
  const runs = keyedBy(session, cellRuns, sameRun)
  const places = keyedBy(session, queuePlaces)
  const heard = vi.fn()
  for (const cell of cells) runs.subscribe(cell, () => heard(cell))
  session.set(view(1))
  expect(heard.mock.calls.flat().toSorted()).toEqual(['a', 'b'])
  expect([runs.get('a'), runs.get('b')?.running?.run, runs.get('d')?.queued?.run]).toEqual([
    undefined,
    'run-b',
    'run-d',
  ])
  expect([places.get('c'), places.get('d')]).toEqual([0, 1])
  for (const done of [2, 3, 4]) session.set(view(done))
  // It begins and ends: the last cell does not hear of the three runs before its own.
  expect(heard.mock.calls.flat().filter((cell) => cell === 'd')).toHaveLength(2)
})

test('a cell that waits twice has the first of its places', () => {
  const [first, second, again] = ['a', 'b', 'a'].map((cell, n) => ({ run: `r${n}`, cell, actor, queued }))
  if (!first || !second || !again) throw new Error('missing')
  const session = { ...idle, queue: [first, second, again] }
  expect([cellRuns(session).get('a')?.queued?.run, queuePlaces(session).get('a')]).toEqual(['r0', 0])
})
