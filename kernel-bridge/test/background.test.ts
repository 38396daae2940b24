import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { attempt, faultLine, inBackground } from '../src/background.ts'
import { atPlace, maskLog } from '../src/log.ts'

test('a failure in the background is reported once, with what was being done, and nothing is rejected', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const report = vi.fn()
  inBackground(Promise.reject(new Error('no')), 'saving', report)
  inBackground(Promise.resolve(1), 'loading', report)
  await nextTurn()
  expect(report.mock.calls).toEqual([['saving', new Error('no')]])
  expect(unhandled).not.toHaveBeenCalled()
  process.off('unhandledRejection', unhandled)
})

test('a step that fails is reported, and the next one follows', () => {
  const report = vi.fn()
  attempt('first', () => JSON.parse('{'), report)
  attempt('second', () => undefined, report)
  expect(report.mock.calls).toEqual([['first', expect.any(SyntaxError)]])
})

test('a fault names the place in which it came up, also long after', async () => {
  const line = await atPlace({ notebook: 'a.ipynb', session: 's1' }, () =>
    atPlace({ run: 'r1' }, async () => {
      await nextTurn()
      return faultLine('storing', new Error('no'))
    }),
  )
  expect(JSON.parse(line)).toMatchObject({
    level: 'error',
    msg: 'storing',
    notebook: 'a.ipynb',
    session: 's1',
    run: 'r1',
  })
  expect(JSON.parse(faultLine('storing', 'no'))).not.toHaveProperty('run')
})

test('what a fault quotes can be masked', () => {
  maskLog((line) => line.replaceAll('hunter2', '***'))
  try {
    const line = faultLine('logging in', new Error('no "hunter2" here'))
    expect(JSON.parse(line)).toMatchObject({ err: { type: 'Error', message: 'no "***" here' } })
    expect(line).not.toContain('hunter2')
  } finally {
    maskLog((line) => line)
  }
})
