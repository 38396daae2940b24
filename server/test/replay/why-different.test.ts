/** Causes of a difference, by what both runs recorded. */
import { expect, test } from 'vitest'
import type { Receipt } from '../../contract/run.ts'
import { explained, firstCause } from '../../src/replay/first-cause.ts'
import { planReplay } from '../../src/replay/plan.ts'
import { likelyCause, seenCause } from '../../src/replay/why-different.ts'
import { edge, file, receipt } from './given.ts'

const state = (before: string, random: string, entropy: string | null = null): Receipt['state'] => ({
  cwd: '',
  before: { random: before },
  random: { random },
  entropy,
  hashSeed: '7',
  answers: null,
  widgets: null,
})
const url = (content: string) => edge(content, { kind: 'url', name: 'https://example.org/x.csv' })

test.each([
  ['nothing', {}, {}, null],
  [
    'a response',
    { used: [url('1')] },
    { used: [url('2')] },
    'https://example.org/x.csv answered something else than then',
  ],
  ['no network', { used: [url('1')] }, {}, /no network/],
  ['a file', { used: [file('x.csv', '1')] }, { used: [file('x.csv', '2')] }, 'x.csv had another content'],
  ['a state that was drawn from', { state: state('0', '1') }, { state: state('5', '6') }, /drew from random/],
  ['a state that no run drew from', { state: state('0', '0') }, { state: state('5', '5') }, null],
  ['entropy', { state: state('0', '0', 'a') }, { state: state('0', '0', 'b') }, /other random bytes/],
  [
    'an old record',
    {
      state: { cwd: '', before: {}, random: {}, entropy: null, hashSeed: null, answers: null, widgets: null },
    },
    { state: state('0', '0', 'b') },
    /was not recorded/,
  ],
])('seen to differ: %s', (_, was, is, cause) => {
  const found = seenCause({ was: receipt('a', was), is: receipt('b', is), before: [] })
  if (cause instanceof RegExp) expect(found).toMatch(cause)
  else expect(found).toBe(cause)
})

test('processes that wrote down what they did are no cause; their order may be', () => {
  const started = (workers: unknown) =>
    edge('multiprocessing: 2', { kind: 'subprocess', facets: { workers } })
  const cause = (workers: unknown) =>
    likelyCause({ was: receipt('a', { used: [started(workers)] }), is: receipt('b'), before: [] })
  const one = { worker: '1', role: 'pool', ended: 'exited' }
  expect(cause([])).toMatch(/what another process draws and reads is not recorded/)
  expect(cause([one])).toBeNull()
  expect(cause([one, { ...one, worker: '2' }])).toMatch(/^2 processes worked for it at once/)
})

test.each([
  ['x = datetime.now()', 'it reads the clock: datetime.now()'],
  ['t0 = time.perf_counter()', 'it reads the clock: time.perf_counter()'],
  ["pd.to_datetime('today')", 'it reads the clock: to_datetime()'],
  ['%timeit f()', 'it reads the clock: %timeit'],
  ['timeout = 3', null],
  [
    'with ThreadPoolExecutor() as pool: print(list(pool.map(f, rows)))',
    'it works concurrently (ThreadPoolExecutor), and the order of that is not recorded',
  ],
])('%s', (source, cause) => {
  expect(likelyCause({ was: receipt('a', { source }), is: receipt('b'), before: [] })).toBe(cause)
})

test('a clock that a cell before reads counts where it is used', () => {
  const stamp = receipt('stamp', { source: 'def stamp(): return time.time()', cell: 2 })
  const repetition = (by: string) => ({
    was: receipt('a', { used: [edge('stamp', { by })] }),
    is: receipt('b'),
    before: [stamp],
  })
  expect(likelyCause(repetition('stamp'))).toBe(
    'it uses what cell 2 made, which reads the clock: time.time()',
  )
  expect(likelyCause(repetition('other'))).toBeNull()
})

test('workers that draw at once took other work, and a file may hold the time of its writing', () => {
  const worker = (n: number) => ({ worker: `${n}`, role: 'loky', ended: 'exited', read: 0, written: 0 })
  const pool = edge('python', { kind: 'subprocess', facets: { workers: [worker(1), worker(2)] } })
  const drew = (id: string) => receipt(id, { used: [pool], state: state('0', '1', id) })
  expect(seenCause({ was: drew('a'), is: drew('b'), before: [] })).toMatch(
    /^2 processes worked for it at once/,
  )
  const wrote = (id: string) => receipt(id, { generated: [file('out.h5', id)] })
  expect(likelyCause({ was: wrote('a'), is: wrote('b'), before: [] })).toMatch(/^it writes out.h5, .* clock/)
  expect(likelyCause({ was: wrote('a'), is: wrote('a'), before: [] })).toBeNull()
})

test('a difference that nothing explains says so', () => {
  const was = receipt('a', { cell: 3 })
  const { steps } = planReplay({
    target: { kind: 'run', run: 'a' },
    runs: [was],
    onDisk: new Map(),
    stored: new Set(),
  })
  const base = { run: 'a', cell: 3, cellId: 'a', title: '', outputs: [], versions: [], durationMs: 1 }
  const judged = { ...base, replayRun: 'b', verdict: 'different', why: 'the picture differs' } as const
  expect(firstCause({ environment: [], steps }, [judged], [receipt('b')], [])).toBe(
    'cell 3: the picture differs; code, files, answers, chance and environment are the same. ' +
      'What is left is the order of concurrent work, or the hardware',
  )
  const [step] = explained({ environment: [], steps }, [judged], [receipt('b')], [])
  expect(step?.why).toContain('What is left')
})

test('a step that uses what came out different names where it came from', () => {
  const made = receipt('made', { cell: 2 })
  const was = receipt('a', { used: [edge('x', { by: 'made', digest: 'sha256:1' })] })
  const is = receipt('b', { used: [edge('x', { by: 'again', digest: 'sha256:2' })] })
  expect(seenCause({ was, is, before: [made] })).toBe('it uses x of cell 2, which came out different')
})

test('each step that differs says what differs and why', () => {
  const was = receipt('a', { source: 'print(time.time())' })
  const { steps } = planReplay({
    target: { kind: 'run', run: 'a' },
    runs: [was],
    onDisk: new Map(),
    stored: new Set(),
  })
  const facts = { run: 'a', cell: 1, cellId: 'a', title: '', outputs: [], versions: [], durationMs: 1 }
  const judged = {
    ...facts,
    replayRun: 'b',
    verdict: 'different',
    why: 'line 1 of the output was “1”, is “2”',
  } as const
  const [step] = explained({ environment: [], steps }, [judged], [receipt('b')], [])
  expect(step?.why).toBe('line 1 of the output was “1”, is “2”. Cause: it reads the clock: time.time()')
})
