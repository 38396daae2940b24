import { expect, test } from 'vitest'
import { askUntilAnswered, LATE } from '../src/editor/kernel-answer.ts'

/** Answers in this order, and how often it was asked. */
function asking(...answers: readonly unknown[]) {
  const asked = { times: 0, ask: async () => answers[asked.times++] ?? LATE }
  return asked
}

test('a kernel that is late is asked again, until it answers', async () => {
  const asked = asking(LATE, LATE, { matches: ['print'] })
  expect(await askUntilAnswered(asked.ask, () => true)).toEqual({ matches: ['print'] })
  expect(asked.times).toBe(3)
})

test('it is not asked again once the answer is not wanted any more', async () => {
  const asked = asking()
  expect(await askUntilAnswered(asked.ask, () => false)).toBe(LATE)
  expect(asked.times).toBe(1)
})

test('one that never answers is given up', async () => {
  const asked = asking()
  expect(await askUntilAnswered(asked.ask, () => true)).toBe(LATE)
  expect(asked.times).toBe(6)
})
