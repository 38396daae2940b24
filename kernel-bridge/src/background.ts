/**
 * Work that no caller waits for, and faults that no caller can answer. Invariant: a failure in the background is
 * reported once, with what it was about, and never becomes an unhandled rejection.
 */
import { log, makeLog } from './log.ts'

/** Takes note of a fault. `what` says what was being done. */
export type ReportFault = (what: string, error: unknown) => void

/** Logs a fault, with the place where it came up. */
export function logFault(what: string, error: unknown): void {
  log.error({ err: asError(error) }, what)
}

/** The line that `logFault` writes, whatever the level. */
export function faultLine(what: string, error: unknown): string {
  let line = ''
  makeLog((written) => {
    line = written.trimEnd()
  }, 'error').error({ err: asError(error) }, what)
  return line
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : Object.assign(new Error(String(error)), { stack: undefined })

/** Does one step of several; a failure is reported, and the next step follows. */
export function attempt(what: string, step: () => void, report: ReportFault = logFault): void {
  try {
    step()
  } catch (error) {
    report(what, error)
  }
}

/** Lets the work go on without the caller; its failure is reported. */
export function inBackground(work: PromiseLike<unknown>, what: string, report: ReportFault = logFault): void {
  work.then(undefined, (error: unknown) => report(what, error))
}
