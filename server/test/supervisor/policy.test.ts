import { expect, test } from 'vitest'
import { type Ended, RestartPolicy } from '../../src/supervisor/policy.ts'

const exited = (code: number): Ended => ({ code, signal: null })
const killed = (signal: NodeJS.Signals): Ended => ({ code: null, signal })

test.each<readonly [string, Ended, boolean, unknown]>([
  ['a server that was asked to stop', exited(0), true, { type: 'end', code: 0 }],
  ['a server that was killed after it was asked', killed('SIGKILL'), true, { type: 'end', code: 1 }],
  ['a second Ctrl-C', exited(130), true, { type: 'end', code: 130 }],
  ['a start that was refused', exited(1), false, { type: 'end', code: 1 }],
  ['words that mean nothing', exited(2), false, { type: 'end', code: 2 }],
  ['a fault', exited(70), false, { type: 'restart', afterMs: 0 }],
  ['a crash in native code', killed('SIGSEGV'), false, { type: 'restart', afterMs: 0 }],
  ['memory that ran out', killed('SIGABRT'), false, { type: 'restart', afterMs: 0 }],
])('%s', (_, ended, wasAsked, step) => {
  expect(new RestartPolicy().afterEnd(ended, { wasAsked, now: 0 })).toEqual(step)
})

test('pauses grow, and the fifth crash within a minute is the last', () => {
  const policy = new RestartPolicy()
  const steps = [0, 1, 2, 3, 4].map((second) =>
    policy.afterEnd(killed('SIGKILL'), { wasAsked: false, now: second * 1000 }),
  )
  expect(steps).toEqual([
    { type: 'restart', afterMs: 0 },
    { type: 'restart', afterMs: 250 },
    { type: 'restart', afterMs: 500 },
    { type: 'restart', afterMs: 1000 },
    { type: 'give-up', code: 70 },
  ])
})

test('crashes that are minutes apart never add up', () => {
  const policy = new RestartPolicy()
  for (let minute = 0; minute < 20; minute++) {
    const step = policy.afterEnd(killed('SIGKILL'), { wasAsked: false, now: minute * 61_000 })
    expect(step).toEqual({ type: 'restart', afterMs: 0 })
  }
})
