/** When a silent kernel is reported. */
import { expect, test, vi } from 'vitest'
import { Pulse } from '../../src/session/pulse.ts'

function pulse(beats: readonly boolean[]) {
  const reported: boolean[] = []
  const left = [...beats]
  const looks = vi.fn(async () => left.shift() ?? true)
  return {
    reported,
    looks,
    pulse: new Pulse({ heartbeat: looks, onChange: (one) => reported.push(one), pauseMs: 1 }),
  }
}

test('it is reported once when the echo fails, and once when it comes again', async () => {
  const { reported, looks, pulse: one } = pulse([true, false, false, true, true])
  one.watch(true)
  one.watch(true)
  await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(5))
  one.watch(false)
  expect(reported).toEqual([true, false])
})

test('what is not watched any more is not reported', async () => {
  const { reported, looks, pulse: one } = pulse([])
  looks.mockImplementation(async () => {
    one.watch(false)
    return false
  })
  one.watch(true)
  await vi.waitFor(() => expect(looks).toHaveBeenCalled())
  await new Promise(setImmediate)
  expect(reported).toEqual([])
})
