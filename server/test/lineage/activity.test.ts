/** The activity of a notebook: order, pages that meet, gathered runs, and what is for owners alone. */
import { expect, test } from 'vitest'
import type { EditSession } from '../../contract/activity.ts'
import type { RunSummary } from '../../contract/run.ts'
import { withEdit } from '../../src/document/edit-sessions.ts'
import { type ActivityRecords, activityPage } from '../../src/lineage/activity.ts'

const [ada, grace] = [
  { id: 'ada', name: 'Ada' },
  { id: 'grace', name: 'Grace' },
]
const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 9, minutes)).toISOString()
const none: ActivityRecords = {
  runs: [],
  threads: [],
  checkpoints: [],
  edits: [],
  access: [],
  complete: null,
}

const run = (n: number, minutes: number, { actor = ada, outcome = 'ok' as RunSummary['outcome'] } = {}) => ({
  run: `r${n}`,
  session: 's',
  notebook: 'a.ipynb',
  cell: n,
  cellId: `c${n}`,
  outcome,
  actor,
  queued: at(minutes),
  started: at(minutes),
  ended: at(minutes),
  durationMs: 1,
  executionCount: n,
  title: `line ${n}`,
  usedNames: [],
  generatedNames: [],
})

test('runs of one person in a row are one entry, which leads to the one that failed', () => {
  const runs = [run(3, 7), run(2, 6, { outcome: 'error' }), run(1, 5)]
  const { entries, next } = activityPage({ ...none, runs }, 10, null)
  expect(next).toBeNull()
  expect(entries).toEqual([
    {
      kind: 'runs',
      id: 'run-r3',
      at: at(7),
      from: at(5),
      by: ada,
      count: 3,
      failed: 1,
      run: 'r2',
      title: 'line 2',
    },
  ])
})

test('another person, a long pause or something between begins another entry', () => {
  const runs = [run(5, 59), run(4, 8), run(3, 7, { actor: grace }), run(2, 6), run(1, 4)]
  const comment = {
    id: 'k',
    number: 1,
    author: grace,
    at: at(5),
    edited: null,
    text: 'Why?',
    mentions: [],
    deleted: false,
  }
  const anchor = { on: 'cell' as const, cell: 'c1' }
  const threads = [{ id: 't', anchor, quote: '', resolved: { by: ada, at: at(58) }, comments: [comment] }]
  const { entries } = activityPage({ ...none, runs, threads }, 10, null)
  expect(entries.map(({ kind, by }) => `${kind} ${by.name}`)).toEqual([
    'runs Ada',
    'resolved Ada',
    'runs Ada',
    'runs Grace',
    'runs Ada',
    'comment Grace',
    'runs Ada',
  ])
})

test('pages meet: each event once, whatever the size of a page', () => {
  const runs = Array.from({ length: 30 }, (_, n) => run(n, 30 - n, { actor: n % 2 === 0 ? ada : grace }))
  for (const size of [1, 4, 7]) {
    const seen: string[] = []
    for (let before: string | null = null; ; ) {
      // As the route does: the newest records up to the cursor, and from where on they are all here.
      const until = before === null ? null : (before.split('~')[0] ?? '')
      const rest = runs.filter(({ ended }) => until === null || ended <= until)
      const some = rest.slice(0, size * 2)
      const complete = some.length < rest.length ? (some.at(-1)?.ended ?? null) : null
      const page = activityPage({ ...none, runs: some, complete }, size, before)
      seen.push(...page.entries.map(({ id }) => id))
      if (page.next === null) break
      before = page.next
    }
    expect(seen).toEqual(runs.map(({ run: id }) => `run-${id}`))
  }
})

test('edits of one person are gathered until a pause, beside those of others, and stay bounded', () => {
  const edit = (cell: string, minutes: number, by = ada) => ({ cell, by, at: at(minutes) })
  const edits = [edit('a', 0), edit('b', 1, grace), edit('b', 2), edit('a', 3), edit('c', 30)]
  const sessions = edits.reduce<readonly EditSession[]>(withEdit, [])
  expect(sessions.map(({ by, from, to, cells }) => [by.name, from, to, cells.join()])).toEqual([
    ['Ada', at(0), at(3), 'b,a'],
    ['Grace', at(1), at(1), 'b'],
    ['Ada', at(30), at(30), 'c'],
  ])
  let many: readonly EditSession[] = []
  for (let n = 0; n < 400; n++) many = withEdit(many, edit(`c${n}`, n * 20))
  for (let n = 0; n < 100; n++) many = withEdit(many, edit(`d${n}`, 399 * 20))
  expect([many.length, many.at(-1)?.cells.length, many.at(-1)?.count]).toEqual([300, 50, 101])
})
