/**
 * `node server/bench/history.ts [runs]`: what the past takes to answer, on 10⁴ runs and on 10⁶ (10⁷ edges) beside each
 * other. It prints and never fails. Questions are asked all over the history; each figure is p50, then p95.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aroundOf } from '../src/lineage/around.ts'
import { whyOf } from '../src/lineage/why.ts'
import { openStoreToRead, type ReadOnlyStore } from '../src/store/open-store.ts'
import type { LogQuery } from '../src/store/ports.ts'
import { fillHistory, loggedRun, notebookOf, runId, sessionId } from './synthetic-history.ts'

const QUESTIONS = 20
const print = (text: string) => process.stdout.write(`${text}\n`)

interface Measure {
  readonly name: string
  readonly goal: number
  readonly ask: (store: ReadOnlyStore, run: number) => Promise<unknown>
}

const page = (name: string, query: (run: number) => LogQuery): Measure => ({
  name: `log page: ${name}`,
  goal: 50,
  ask: ({ index }, run) => index.page(query(run)),
})

const before = (run: number) => String(run * 2)

const measures: readonly Measure[] = [
  page('all', (run) => ({ before: before(run) })),
  page('of a notebook', (run) => ({ notebook: notebookOf(run), before: before(run) })),
  page('of a cell', (run) => ({ cellId: `cell${run % 60}`, before: before(run) })),
  page('of a variable', (run) => ({ name: `v${run % 400}`, kind: 'variable', before: before(run) })),
  page('of a file', (run) => ({ name: `data/part${(run * 10) % 500}.csv`, kind: 'file' })),
  page('of a person, failed', (run) => ({ actor: `user:${run % 7}`, outcome: 'error', before: before(run) })),
  page('acc>0.95', (run) => ({ where: [{ name: 'acc', operator: '>', value: 0.95 }], before: before(run) })),
  page('a week of a month ago', (run) => timeOf(run)),
  page('by text that is not there', (run) => ({ text: 'nowhere to be found', before: before(run) })),
  {
    name: 'receipt with its words',
    goal: 30,
    ask: async ({ index }, run) => {
      const receipt = await index.receipt(runId(loggedRun(run)))
      if (receipt === null) throw new Error(`run ${loggedRun(run)} is not in the log`)
      return whyOf(index, async () => 'unknown', { receipt, output: null, name: null })
    },
  },
  { name: 'upstream, depth 10', goal: 20, ask: ({ index }, run) => index.upstream(runId(run), 10, 100_000) },
  {
    name: 'around a run, two hops',
    goal: 30,
    ask: ({ index }, run) =>
      aroundOf(index, {
        run: runId(run),
        hops: 2,
        session: null,
        files: async () => new Map(),
        roots: async () => [],
      }),
  },
  {
    name: 'timeline of a session of 5,000 runs',
    goal: 200,
    ask: ({ index }, run) => index.timeline(sessionId(run), 0, 5000),
  },
  {
    name: 'a moment of it',
    goal: 100,
    ask: ({ index }, run) => index.moment(sessionId(run), 1 + (run % 5000)),
  },
  {
    name: 'sessions of a notebook',
    goal: 50,
    ask: ({ index }, run) => index.sessions({ notebook: notebookOf(run) }),
  },
]

function timeOf(run: number): LogQuery {
  const from = Date.parse('2026-01-01T00:00:00.000Z') + (run % 1_000_000) * 1000
  return { since: new Date(from).toISOString(), until: new Date(from + 7 * 24 * 3_600_000).toISOString() }
}

interface Times {
  readonly p50: number
  readonly p95: number
}

async function figures(runs: number): Promise<ReadonlyMap<string, Times>> {
  const root = await mkdtemp(join(tmpdir(), 'yesterday-history-'))
  try {
    const began = performance.now()
    await fillHistory(root, runs)
    print(`${runs} runs were written in ${((performance.now() - began) / 1000).toFixed(0)} s`)
    const store = openStoreToRead({ root })
    const found = new Map<string, Times>()
    for (const { name, ask } of measures) found.set(name, await timesOf(runs, (run) => ask(store, run)))
    await store.close()
    return found
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** All over the history, in an order that no cache foresees. */
async function timesOf(runs: number, ask: (run: number) => Promise<unknown>): Promise<Times> {
  const times: number[] = []
  for (let question = 0; question < QUESTIONS; question++) {
    const run = (question * 7_368_787 + 13) % runs
    const began = performance.now()
    await ask(run)
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  const at = (part: number) => times[Math.floor(QUESTIONS * part)] ?? 0
  return { p50: at(0.5), p95: at(0.95) }
}

const textOf = (times: Times | undefined) =>
  `${(times?.p50 ?? Number.NaN).toFixed(1)} / ${(times?.p95 ?? Number.NaN).toFixed(1)} ms`.padStart(18)

async function main(): Promise<void> {
  const many = Number(process.argv[2] ?? 1_000_000)
  const few = await figures(10_000)
  const lots = await figures(many)
  for (const { name, goal } of measures) {
    const times = lots.get(name)
    const verdict = (times?.p50 ?? Number.NaN) <= goal ? 'reached' : 'MISSED'
    print(
      `${name.padEnd(40)} ${textOf(times)}  10^4 runs: ${textOf(few.get(name))}  goal ${goal} ms ${verdict}`,
    )
  }
}

await main()
