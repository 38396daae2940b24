/** What happens under runs: kernels that start, restart, stop, die and are found again. */
import { expect, test } from 'vitest'
import type { Operation } from '../../src/session/state.ts'
import { at, live, op, run, saidAfter, started, stateAfter, three } from './given-runs.ts'

type Case = readonly [name: string, operations: readonly Operation[], actions: readonly string[]]

const waiting = [op.runCells(run(1), run(2))]
const restarted = 'the kernel was restarted by Ada'
const stopped = 'the kernel was shut down by Ada'
const dead = 'The kernel died: signal 9. Restart it to go on; its variables are gone.'
const found: Operation = {
  type: 'Reattached',
  session: 's1',
  kernel: started,
  running: { ...run(4), started: at, expectedMs: null, order: 4 },
  finishing: [{ run: 'r3', cell: 'c3', shown: 'running' }],
  queue: [run(5)],
  nextOrder: 5,
}
const foundIdle: Operation = { ...found, running: null, finishing: [] }
const diedRun: Operation = {
  type: 'RunOver',
  run: 'r1',
  outcome: {
    status: 'died',
    death: { signal: 'SIGKILL', exitCode: null, likely: 'signal 9', stderrTail: '' },
  },
}

const bob = { id: 'p2', name: 'Bob' }

const starts: readonly Case[] = [
  ['asked for', [op.start('s1', 'python3')], ['startKernel s1 python3']],
  ['a first run starts one', [op.runCells(run(1))], ['c1 queued', 'startKernel s1 null']],
  ['a second run waits for the same', [op.runCells(run(1)), op.runCells(run(2))], ['c2 queued']],
  ['no cells start none', [op.runCells()], []],
  ['one is starting', [op.start(), op.start('s2')], []],
  ['one is there', [...live, op.start('s2')], []],
  ['it answered', live, ['logSessionStarted s1 by Ada']],
  [
    'another runs its first cell',
    [op.start('s1', null, bob), op.runCells(run(1)), op.kernelStarted()],
    ['logSessionStarted s1 by Bob', 'logQueued s1 r1'],
  ],
  [
    'a first run starts it for its person',
    [op.runCells(run(1, { actor: bob })), op.runCells(run(2)), op.kernelStarted()],
    ['logSessionStarted s1 by Bob', 'logQueued s1 r1 r2'],
  ],
  [
    'the server starts one by itself',
    [op.start('s1', null, null), op.kernelStarted()],
    ['logSessionStarted s1 by the server'],
  ],
  [
    'what waited is logged behind the session',
    [...waiting, op.kernelStarted()],
    ['logSessionStarted s1 by Ada', 'logQueued s1 r1 r2'],
  ],
  [
    'what waits cannot be logged before',
    [...waiting, op.logged('r1'), op.kernelStarted()],
    ['logSessionStarted s1 by Ada', 'logQueued s1 r1 r2'],
  ],
  ['one without a session is discarded', [...live, op.kernelStarted('s2')], ['discardKernel s2']],
  [
    'one that was overtaken by a restart',
    [op.start(), op.restart('s2'), op.kernelStarted('s1')],
    ['discardKernel s1'],
  ],
  [
    'one that was overtaken by a shutdown',
    [op.start(), op.shutdown, op.kernelStarted('s1')],
    ['discardKernel s1'],
  ],
  ['failed', [...waiting, op.startFailed()], ['c1 idle', 'c2 idle', 'dropRun r1', 'dropRun r2']],
  [
    'waits, and is given up',
    [...waiting, op.waits(), op.shutdown],
    ['c1 idle', 'c2 idle', 'dropRun r1', 'dropRun r2', 'shutdownKernel'],
  ],
  ['failed for a session that is over', [op.start(), op.restart('s2'), op.startFailed('s1')], []],
  ['failed, then asked for again', [op.start(), op.startFailed(), op.start('s2')], ['startKernel s2 null']],
  [
    'one that failed and answers all the same',
    [op.start(), op.startFailed(), op.kernelStarted()],
    ['discardKernel s1'],
  ],
]

const restarts: readonly Case[] = [
  [
    'of an idle kernel',
    [...live, op.restart('s2')],
    ['logSessionEnded s1: restarted by Ada', 'restartKernel s2 null'],
  ],
  [
    'of a busy kernel',
    [...three, op.restart('s2')],
    [
      `endRun s1 r1 #1: died, ${restarted}`,
      `endRun s1 r2 #2: aborted, ${restarted}`,
      `endRun s1 r3 #3: aborted, ${restarted}`,
      'logSessionEnded s1: restarted by Ada',
      'restartKernel s2 null',
    ],
  ],
  [
    'with runs',
    [...live, op.restart('s2', run(1))],
    ['c1 queued', 'logSessionEnded s1: restarted by Ada', 'restartKernel s2 null'],
  ],
  [
    'the runs are logged in the new session',
    [...live, op.restart('s2', run(1)), op.kernelStarted('s2')],
    ['logSessionStarted s2 by Ada', 'logQueued s2 r1'],
  ],
  [
    'orders begin at 1 again',
    [...three, op.restart('s2', run(4)), op.kernelStarted('s2'), op.logged('r4')],
    ['c4 running', 'execute r4 #1'],
  ],
  ['a late end of the old run', [...three, op.restart('s2'), op.over('r1')], []],
  ['a late death of the old kernel', [...three, op.restart('s2'), op.kernelStarted('s2'), op.died('s1')], []],
  [
    'of a kernel that is starting',
    [...waiting, op.restart('s2')],
    ['c1 idle', 'c2 idle', 'dropRun r1', 'dropRun r2', 'restartKernel s2 null'],
  ],
  ['of a dead kernel', [...live, op.died(), op.restart('s2')], ['restartKernel s2 null']],
  ['where there is none', [op.restart('s2')], ['restartKernel s2 null']],
]

const shutdowns: readonly Case[] = [
  ['of an idle kernel', [...live, op.shutdown], ['logSessionEnded s1: shut down by Ada', 'shutdownKernel']],
  [
    'of a busy kernel',
    [...three, op.cancelAll, op.shutdown],
    [`endRun s1 r1 #1: died, ${stopped}`, 'logSessionEnded s1: shut down by Ada', 'shutdownKernel'],
  ],
  ['where there is none', [op.shutdown], []],
  ['of a dead kernel', [...live, op.died(), op.shutdown], ['shutdownKernel']],
  [
    'a run afterwards starts a kernel',
    [...live, op.shutdown, op.runCells(run(1))],
    ['c1 queued', 'startKernel s1 null'],
  ],
  [
    'orders begin at 1 in the session that a run starts',
    [...three, op.shutdown, op.runCells(run(4)), op.kernelStarted(), op.logged('r4')],
    ['c4 running', 'execute r4 #1'],
  ],
]

const deaths: readonly Case[] = [
  ['of an idle kernel', [...live, op.died()], ['logSessionEnded s1: died: signal 9']],
  [
    'of a busy kernel',
    [...three, op.died()],
    [
      'endRun s1 r1 #1: died, signal 9',
      'endRun s1 r2 #2: aborted, the kernel died: signal 9',
      'endRun s1 r3 #3: aborted, the kernel died: signal 9',
      'logSessionEnded s1: died: signal 9',
    ],
  ],
  ['reported twice', [...live, op.died(), op.died()], []],
  ['of another session', [...live, op.died('s0')], []],
  [
    'a run afterwards is refused',
    [...live, op.died(), op.runCells(run(1))],
    ['refuse: The kernel is dead. Restart it, then run again.'],
  ],
  ['a start afterwards', [...live, op.died(), op.start('s2')], ['startKernel s2 null']],
  [
    'reported by a run, the queue goes',
    [...three, diedRun],
    [
      'endRun s1 r1 #1: replied died',
      'endRun s1 r2 #2: aborted, an earlier run (cell 1) took the kernel with it',
      'endRun s1 r3 #3: aborted, an earlier run (cell 1) took the kernel with it',
      'logSessionEnded s1: died: signal 9',
    ],
  ],
  [
    'reported by a run, nothing is taken before the kernel reports it',
    [...three, diedRun, op.runCells(run(4))],
    ['refuse: The kernel is dead. Restart it, then run again.'],
  ],
  ['reported by a run, then by the kernel', [...three, diedRun, op.died()], []],
]

const reattached: readonly Case[] = [
  ['cells show what they were', [found], ['c5 queued', 'c3 running', 'c4 running']],
  [
    'the queue goes on',
    [found, op.over('r4')],
    ['c5 running', 'endRun s1 r4 #4: replied ok', 'execute r5 #5'],
  ],
  ['an idle kernel takes the queue up', [foundIdle], ['c5 running', 'execute r5 #5']],
  ['an earlier end is recorded', [found, op.recorded('r3')], ['c3 idle']],
]

const lists = { starts, restarts, shutdowns, deaths, reattached }
for (const [list, cases] of Object.entries(lists))
  for (const [name, operations, actions] of cases)
    test(`${list}: ${name}`, () => expect(saidAfter(operations)).toEqual(actions))

test('a session is not found again over another', () => {
  expect(() => stateAfter([...live, found])).toThrow('found again over s1')
})

test('a status of the kernel is its state, one of an old kernel is not', () => {
  expect(stateAfter([...live, op.status('busy')]).kernel.state).toBe('busy')
  expect(stateAfter([...live, op.status('busy', 's0')]).kernel.state).toBe('idle')
  expect(stateAfter([...live, op.died(), op.status('idle')]).kernel).toMatchObject({
    state: 'dead',
    problem: dead,
  })
})

test('a start that failed says why until the next', () => {
  const failed = [op.start('s1', 'python3'), op.startFailed()]
  expect(stateAfter(failed).kernel).toMatchObject({ state: 'dead', problem: 'No python.', spec: 'python3' })
  expect(stateAfter([...failed, op.restart('s2')]).kernel).toMatchObject({
    state: 'restarting',
    problem: null,
  })
})

test('a kernel that cannot be reached is shown so, until it can, is gone or is another one', () => {
  const unreachable = { since: at, place: 'gpu1' }
  const lost: Operation = { type: 'KernelReach', session: 's1', unreachable }
  expect(stateAfter([...live, lost]).unreachable).toEqual(unreachable)
  expect(stateAfter([...live, { ...lost, session: 's0' }]).unreachable).toBeNull()
  expect(stateAfter([...live, lost, { ...lost, unreachable: null }]).unreachable).toBeNull()
  expect(stateAfter([...live, lost, op.died()]).unreachable).toBeNull()
  expect(stateAfter([...live, lost, op.restart('s2')]).unreachable).toBeNull()
})

test('why a kernel is not there yet is shown until it is there or failed', () => {
  const kernelAfter = (...operations: readonly Operation[]) => stateAfter(operations).kernel
  expect(kernelAfter(op.start(), op.waits())).toMatchObject({
    state: 'starting',
    waiting: { text: 'Job 12 waits.' },
  })
  expect(kernelAfter(op.start(), op.waits(), op.kernelStarted())).not.toHaveProperty('waiting')
  expect(kernelAfter(op.start(), op.waits(), op.startFailed())).not.toHaveProperty('waiting')
  expect(kernelAfter(op.start(), op.restart('s2'), op.waits('s1'))).not.toHaveProperty('waiting')
  expect(kernelAfter(...live, op.waits())).not.toHaveProperty('waiting')
})

test('what ended a kernel in place of its own death is said', () => {
  const sentence = 'The time limit (1 h) of job 12 ended the kernel.'
  const ended: Operation = { type: 'KernelDied', session: 's1', death: 'the time limit', sentence }
  expect(stateAfter([...live, ended]).kernel.problem).toBe(
    `${sentence} Restart it to go on; its variables are gone.`,
  )
})
