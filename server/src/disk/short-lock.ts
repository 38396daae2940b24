/**
 * A lock between processes for work of a few milliseconds: a file that only one of them can create. Invariant: the work is
 * always done. A lock that a killed process left is removed after a second.
 */
import { closeSync, openSync, rmSync, statSync } from 'node:fs'

const STALE_MS = 1_000
const LONGEST_MS = 3_000
const PAUSE_MS = 2

/** Does the work under the lock, or without it where it cannot be had. Waits on this thread. */
export function underLock<T>(path: string, work: () => T): T {
  const isHeld = take(path)
  try {
    return work()
  } finally {
    if (isHeld) rmSync(path, { force: true })
  }
}

function take(path: string): boolean {
  const until = Date.now() + LONGEST_MS
  while (Date.now() < until) {
    try {
      closeSync(openSync(path, 'wx', 0o600))
      return true
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) return false
      removeStale(path)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
    }
  }
  return false
}

function removeStale(path: string): void {
  const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (made !== undefined && Date.now() - made > STALE_MS) rmSync(path, { force: true })
}
