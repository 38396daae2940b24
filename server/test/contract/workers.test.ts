import { expect, test } from 'vitest'
import { ranksOf, touchedBy, workersOf, workingOf } from '../../contract/workers.ts'

const started = (workers: unknown) => ({
  kind: 'subprocess' as const,
  facets: { program: 'process', workers },
})

test('workers are read from the edge of what started them', () => {
  const workers = workersOf(
    started([
      { worker: '1', role: 'server', ended: 'running', read: 0, written: 0 },
      { worker: '1.1', role: 'process', rank: 1, ended: 'exited', exitCode: 0, read: 2, written: 1 },
      { worker: '1.2', role: 'process', rank: 0, ended: 'exited', exitCode: 0, read: 2, written: 1 },
    ]),
  )
  expect(workingOf(workers).map(({ worker }) => worker)).toEqual(['1.1', '1.2'])
  expect(ranksOf(workers)).toBe('0–1')
})

test.each([null, 'x', {}, [null, 7, {}, { worker: 3 }]])(
  'what is no list of workers is none: %j',
  (workers) => {
    expect(workersOf(started(workers))).toEqual([])
  },
)

test('a field that cannot be read does not hide the worker', () => {
  const [worker] = workersOf(started([{ worker: '1', role: '<b>', ended: 'how', read: -1, written: 'x' }]))
  expect(worker).toEqual({ worker: '1', role: 'process', ended: 'lost', read: 0, written: 0 })
})

test('ranks with gaps are listed', () => {
  const workers = workersOf(
    started([0, 2, 5].map((rank) => ({ worker: `${rank}`, role: 'process', rank, ended: 'lost' }))),
  )
  expect(ranksOf(workers)).toBe('0, 2, 5')
  expect(ranksOf([])).toBeNull()
})

test('a file says which workers touched it', () => {
  expect(touchedBy({ kind: 'file', facets: { workers: ['1', 2, '3'] } })).toEqual(['1', '3'])
  expect(touchedBy({ kind: 'file', facets: null })).toEqual([])
  expect(touchedBy(started(['1']))).toEqual([])
})
