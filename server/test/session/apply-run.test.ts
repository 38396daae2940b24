/** What happens to runs, as lists of operations and the actions that the last one asks for. */
import { expect, test } from 'vitest'
import type { Operation } from '../../src/session/state.ts'
import { viewOf } from '../../src/session/view.ts'
import { live, op, run, saidAfter, stateAfter, three } from './given-runs.ts'

type Case = readonly [name: string, operations: readonly Operation[], actions: readonly string[]]

const byAda = 'aborted, cancelled by Ada'
const afterOne = 'aborted, an earlier run (cell 1) failed'
const notQueued = 'refuse: These runs are not in the queue any more; a running one can be interrupted.'
const notAsking = 'refuse: That run does not wait for an answer (any more).'
const unlogged = [...live, op.runCells(run(1), run(2))]
const patient = [...live, op.runCells(run(1, { stopOnError: false }), run(2)), op.logged('r1', 'r2')]
const abortedByKernel: Operation = {
  type: 'RunOver',
  run: 'r1',
  outcome: { status: 'aborted' },
}

const queue: readonly Case[] = [
  ['a run is logged before it executes', [...live, op.runCells(run(1))], ['c1 queued', 'logQueued s1 r1']],
  ['a logged run executes', [...live, op.runCells(run(1)), op.logged('r1')], ['c1 running', 'execute r1 #1']],
  ['many are logged at once', unlogged, ['c1 queued', 'c2 queued', 'logQueued s1 r1 r2']],
  ['only the first executes', [...unlogged, op.logged('r1', 'r2')], ['c1 running', 'execute r1 #1']],
  ['the second does not overtake the first', [...unlogged, op.logged('r2')], []],
  [
    'the first goes when its turn comes',
    [...unlogged, op.logged('r2'), op.logged('r1')],
    ['c1 running', 'execute r1 #1'],
  ],
  ['no cells, nothing to do', [...live, op.runCells()], []],
  ['a run of unknown name that is logged', [...live, op.logged('r9')], []],
  [
    'the next follows',
    [...three, op.over('r1')],
    ['c2 running', 'endRun s1 r1 #1: replied ok', 'execute r2 #2'],
  ],
  ['a cell is done when it is recorded', [...three, op.over('r1'), op.recorded('r1')], ['c1 idle']],
  ['a second end of a run is nothing', [...three, op.over('r1'), op.over('r1')], []],
  ['an end of a queued run is nothing', [...three, op.over('r2')], []],
  ['a record of an unknown run is nothing', [...three, op.recorded('r9')], []],
  [
    'a running cell queued again shows as running',
    [...three, op.runCells(run(4, { cell: 'c1' }))],
    ['logQueued s1 r4'],
  ],
  [
    'a cell queued again is queued once its first run is recorded',
    [...three, op.runCells(run(4, { cell: 'c1' })), op.over('r1'), op.recorded('r1')],
    ['c1 queued'],
  ],
  ['a start is logged', [...three, op.runStarted('r1')], ['logStarted r1']],
  ['a start of another run is not', [...three, op.runStarted('r2')], []],
  ['an expectation asks for nothing', [...three, op.expected('r1')], []],
]

const errors: readonly Case[] = [
  [
    'an error aborts the queue',
    [...three, op.failed('r1')],
    ['endRun s1 r1 #1: replied error', `endRun s1 r2 #2: ${afterOne}`, `endRun s1 r3 #3: ${afterOne}`],
  ],
  ['an aborted run is done when recorded', [...three, op.failed('r1'), op.recorded('r2')], ['c2 idle']],
  [
    'an error of a run that goes on',
    [...patient, op.failed('r1')],
    ['c2 running', 'endRun s1 r1 #1: replied error', 'execute r2 #2'],
  ],
  [
    'an error aborts what is not logged yet too',
    [...three, op.runCells(run(4)), op.failed('r1')],
    [
      'endRun s1 r1 #1: replied error',
      `endRun s1 r2 #2: ${afterOne}`,
      `endRun s1 r3 #3: ${afterOne}`,
      `endRun s1 r4 #4: ${afterOne}`,
    ],
  ],
  [
    'what is logged after it was aborted does not execute',
    [...three, op.runCells(run(4)), op.failed('r1'), op.logged('r4')],
    [],
  ],
  [
    'what is asked after an error executes',
    [...three, op.failed('r1'), op.runCells(run(4)), op.logged('r4')],
    ['c4 running', 'execute r4 #4'],
  ],
  [
    'an abort by the kernel does not stop the queue',
    [...three, abortedByKernel],
    ['c2 running', 'endRun s1 r1 #1: replied aborted', 'execute r2 #2'],
  ],
]

const cancels: readonly Case[] = [
  ['one is cancelled', [...three, op.cancel('r2')], [`endRun s1 r2 #2: ${byAda}`]],
  [
    'the one behind it moves up',
    [...three, op.cancel('r2'), op.over('r1')],
    ['c3 running', 'endRun s1 r1 #1: replied ok', 'execute r3 #3'],
  ],
  ['all are cancelled', [...three, op.cancelAll], [`endRun s1 r2 #2: ${byAda}`, `endRun s1 r3 #3: ${byAda}`]],
  ['the running one is not cancelled', [...three, op.cancel('r1')], [notQueued]],
  ['an unknown one is refused', [...three, op.cancel('r9')], [notQueued]],
  ['a known and an unknown one', [...three, op.cancel('r3', 'r9')], [`endRun s1 r3 #2: ${byAda}`]],
  ['twice is refused', [...three, op.cancel('r2'), op.cancel('r2')], [notQueued]],
  ['all of nothing', [...live, op.cancelAll], []],
  [
    'before a kernel is there it leaves no entry',
    [op.runCells(run(1)), op.cancelAll],
    ['c1 idle', 'dropRun r1'],
  ],
  [
    'the head leaves, the next executes',
    [...unlogged, op.logged('r2'), op.cancel('r1')],
    ['c2 running', `endRun s1 r1 #1: ${byAda}`, 'execute r2 #2'],
  ],
]

const interrupts: readonly Case[] = [
  ['the running run', [...three, op.interrupt], ['interruptKernel r1']],
  ['nothing runs', [...live, op.interrupt], ['refuse: Nothing is running.']],
  ['no kernel', [op.interrupt], ['refuse: Nothing is running.']],
  ['again, when ignored', [...three, op.interrupt, op.timedOut('r1'), op.interrupt], ['interruptKernel r1']],
]

const inputs: readonly Case[] = [
  ['a question is shown, not done', [...three, op.asked('r1')], []],
  ['an answer is sent', [...three, op.asked('r1'), op.answered('r1')], ['sendInput r1 Ada']],
  [
    'a second answer is refused',
    [...three, op.asked('r1'), op.answered('r1'), op.answered('r1')],
    [notAsking],
  ],
  ['an answer without a question', [...three, op.answered('r1')], [notAsking]],
  ['an answer to another run', [...three, op.asked('r1'), op.answered('r2')], [notAsking]],
  ['an answer after the run', [...three, op.asked('r1'), op.over('r1'), op.answered('r1')], [notAsking]],
  [
    'a question of a run that is over',
    [...three, op.over('r1'), op.asked('r1'), op.answered('r1')],
    [notAsking],
  ],
]

const stalls: readonly Case[] = [
  ['nothing new executes', [...live, op.stalled, op.runCells(run(1)), op.logged('r1')], []],
  ['the running one ends', [...three, op.stalled, op.over('r1')], ['endRun s1 r1 #1: replied ok']],
  [
    'the queue goes on afterwards',
    [...three, op.stalled, op.over('r1'), op.resumed],
    ['c2 running', 'execute r2 #2'],
  ],
  ['a resume without a stall', [...three, op.resumed], []],
]

const lists = { queue, errors, cancels, interrupts, inputs, stalls }
for (const [list, cases] of Object.entries(lists))
  for (const [name, operations, actions] of cases)
    test(`${list}: ${name}`, () => expect(saidAfter(operations)).toEqual(actions))

test('an ignored interrupt is shown until the run is over', () => {
  const ignored = [...three, op.interrupt, op.timedOut('r1')]
  expect(stateAfter(ignored).interruptIgnored).toBe(true)
  expect(stateAfter([...ignored, op.over('r1')]).interruptIgnored).toBe(false)
})

test('an interrupt that timed out after its run says nothing of the next', () => {
  expect(stateAfter([...three, op.interrupt, op.over('r1'), op.timedOut('r1')]).interruptIgnored).toBe(false)
})

test('a question goes with its run', () => {
  const asked = [...three, op.asked('r1')]
  expect(stateAfter(asked).prompt).toEqual({ run: 'r1', cell: 'c1', text: 'Name?', password: false })
  expect(stateAfter([...asked, op.over('r1')]).prompt).toBeNull()
})

test('the view says busy while a run executes, and since when', () => {
  expect(viewOf(stateAfter(live)).kernel.state).toBe('idle')
  const view = viewOf(stateAfter([...three, op.runStarted('r1'), op.expected('r1')]))
  expect(view.kernel.state).toBe('busy')
  expect(view.running).toMatchObject({ run: 'r1', started: '2026-03-01T10:00:00.000Z', expectedMs: 40 })
  expect(view.queue.map(({ run: name }) => name)).toEqual(['r2', 'r3'])
})
