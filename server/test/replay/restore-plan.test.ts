import { expect, test } from 'vitest'
import type { Edge, Receipt } from '../../contract/run.ts'
import { digestOf } from '../../src/disk/digest.ts'
import { liveState } from '../../src/replay/live-state.ts'
import { planReplay } from '../../src/replay/plan.ts'
import { type Loadable, planRestore, versionKey } from '../../src/replay/restore-plan.ts'
import { edge, receipt } from './given.ts'

const bound = (name: string, by: string): Edge => edge(name, { by, reason: 'bound in this run' })
const changed = (name: string, by: string): Edge => edge(name, { by, reason: 'changed in place by this run' })
const run = (order: number, id: string, more: Partial<Receipt>): Receipt => receipt(id, { order, ...more })

/** A list that one run makes, two change, and one reads. */
const session = [
  run(1, 'make', { generated: [bound('rows', 'make')], durationMs: 5000 }),
  run(2, 'first', { used: [edge('rows', { by: 'make' })], generated: [changed('rows', 'first')] }),
  run(3, 'patch', { generated: [changed('rows', 'patch'), bound('flag', 'patch')] }),
  run(4, 'other', { generated: [bound('twin', 'other')] }),
]

test('a change in place needs what it changed, though it did not name it', () => {
  const live = liveState(session)
  expect(live.runs.map(({ run: id }) => id)).toEqual(['make', 'first', 'patch', 'other'])
  expect(live.before.get('patch')).toEqual([{ name: 'rows', by: 'first' }])
})

test('what a run showed is no variable', () => {
  const live = liveState([
    run(1, 'show', { generated: [bound('x', 'show'), edge('Out[1]', { by: 'show' })] }),
  ])
  expect([...live.variables.keys()]).toEqual(['x'])
})

const files = { onDisk: new Map<string, string>(), stored: new Set<string>() }
const kept = (id: string, name: string): [string, Loadable] => {
  const value = { format: 'pickle5', digest: digestOf(name), size: 100, signature: 'ours' }
  return [versionKey(id, name), { run: id, order: 1, edge: edge(name, { by: id, value }) }]
}

test('the long run is loaded, and what changed it since runs again on that', () => {
  const plan = planRestore({ live: liveState(session), loadable: new Map([kept('make', 'rows')]), ...files })
  expect(plan.load.map(({ run: id }) => id)).toEqual(['make'])
  expect(plan.rerun.map(({ run: id }) => id)).toEqual(['first', 'patch', 'other'])
})

test('where the last version is kept, nothing before it runs', () => {
  const loadable = new Map([kept('patch', 'rows'), kept('patch', 'flag'), kept('other', 'twin')])
  const plan = planRestore({ live: liveState(session), loadable, ...files })
  expect([plan.load.length, plan.rerun]).toEqual([3, []])
})

test('what is made sooner than loading begins is not loaded', () => {
  const short = [run(1, 'make', { generated: [bound('rows', 'make')], durationMs: 10 })]
  const loadable = new Map([kept('make', 'rows')])
  const plan = planRestore({ live: liveState(short), loadable, ...files })
  expect([plan.load.length, plan.rerun.length]).toEqual([0, 1])
  const died = short.map((one): Receipt => ({ ...one, outcome: 'died' }))
  expect(planRestore({ live: liveState(died), loadable, ...files }).load).toHaveLength(1)
})

test('what nothing brings back is left out, and keeps nothing else from being loaded', () => {
  const used = [edge('connection', { by: 'open' })]
  const runs = [
    run(1, 'open', { generated: [bound('connection', 'open'), bound('first', 'open')], durationMs: 10 }),
    run(2, 'ask', { used, generated: [bound('rows', 'ask')], durationMs: 10 }),
  ]
  const loadable = new Map([kept('open', 'first'), kept('ask', 'rows')])
  const forbidden = new Set(['open'])
  const plan = planRestore({ live: liveState(runs), loadable, forbidden, ...files })
  expect(plan.load.map(({ edge: { name } }) => name).sort()).toEqual(['first', 'rows'])
  expect(plan.rerun).toEqual([])
})

test('of a variable that several runs made in part, the last version is enough', () => {
  const uses = (...makers: readonly string[]) => makers.map((by) => edge('view', { by }))
  const runs = [
    run(1, 'read', { generated: [bound('frame', 'read')], durationMs: 10 }),
    run(2, 'group', { generated: [bound('view', 'group')], durationMs: 10 }),
    run(3, 'define', { used: uses('read', 'group'), generated: [bound('top', 'define')], durationMs: 10 }),
  ]
  const loadable = new Map([kept('read', 'frame'), kept('group', 'view')])
  const plan = planRestore({
    live: liveState(runs),
    loadable,
    forbidden: new Set(['read', 'group']),
    ...files,
  })
  expect(plan.load.map(({ edge: { name } }) => name).sort()).toEqual(['frame', 'view'])
  expect(plan.rerun.map(({ run: id }) => id)).toEqual(['define'])
})

const drew = (order: number, id: string, before: string, after: string): Receipt =>
  run(order, id, {
    state: {
      cwd: '',
      before: { random: digestOf(before) },
      random: { random: digestOf(after) },
      entropy: null,
      hashSeed: null,
      answers: null,
      widgets: null,
    },
  })

test('a random state is set at the beginning, and where a run in between is left out', () => {
  const runs = [drew(1, 'a', '0', '1'), drew(2, 'b', '1', '2'), drew(4, 'd', '3', '4')]
  const { steps } = planReplay({ target: { kind: 'run', run: 'd' }, runs, ...files })
  expect(steps.map(({ chance }) => chance.states.random ?? null)).toEqual([
    digestOf('0'),
    null,
    digestOf('3'),
  ])
})

test('a step of another session that seeds is not undone by what this one remembers', () => {
  const seed = { ...drew(1, 'seed', '0', '7'), session: 'good' }
  const { steps } = planReplay({
    target: { kind: 'run', run: 'b' },
    runs: [seed, drew(2, 'b', '1', '2')],
    ...files,
  })
  expect(steps.map(({ chance }) => chance.states)).toEqual([{ random: digestOf('0') }, {}])
})

test('a random state that a step which does not run would have left is set', () => {
  const runs = [drew(1, 'a', '0', '1'), drew(2, 'b', '1', '2'), drew(3, 'c', '2', '3')]
  const facts = { target: { kind: 'run', run: 'c' } as const, runs, reused: new Set(['b']), ...files }
  const states = planReplay(facts).steps.map(({ chance }) => chance.states.random ?? null)
  expect(states).toEqual([digestOf('0'), null, digestOf('2')])
})
