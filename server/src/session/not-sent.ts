/** pure. A run whose code did not reach the kernel. */
import type { ExecuteOutcome } from '@yesterday/kernel-bridge'

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const notSent = (error: unknown): ExecuteOutcome => ({
  status: 'error',
  executionCount: null,
  ename: 'NotSent',
  evalue: `The code could not be sent to the kernel: ${reasonOf(error)}`,
  traceback: [],
})
