/** When so much output waits that the kernel's next is to wait in the kernel. */
import { expect, test } from 'vitest'
import { Crowd } from '../../src/session/crowd.ts'

const MB = 1024 * 1024

test('a crowd begins above 4 MiB, ends at 1 MiB, and each is reported once', () => {
  const reports: boolean[] = []
  const crowd = new Crowd((isCrowded) => reports.push(isCrowded))
  crowd.add(4 * MB)
  expect(reports).toEqual([])
  crowd.add(1)
  crowd.add(5 * MB)
  crowd.remove(7 * MB)
  expect(reports).toEqual([true])
  crowd.remove(MB + 1)
  expect(reports).toEqual([true, false])
  crowd.add(3 * MB)
  expect(reports).toEqual([true, false])
})
