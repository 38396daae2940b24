/** When so much output waits that the kernel's next is to wait in the kernel. */
import { expect, test } from 'vitest'
import { Crowd } from '../../src/session/crowd.ts'

const MB = 1024 * 1024

test('a crowd begins above 4 MiB, ends at 1 MiB, and each is told once', () => {
  const told: boolean[] = []
  const crowd = new Crowd((isCrowded) => told.push(isCrowded))
  crowd.add(4 * MB)
  expect(told).toEqual([])
  crowd.add(1)
  crowd.add(5 * MB)
  crowd.remove(7 * MB)
  expect(told).toEqual([true])
  crowd.remove(MB + 1)
  expect(told).toEqual([true, false])
  crowd.add(3 * MB)
  expect(told).toEqual([true, false])
})
