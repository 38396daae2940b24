/**
 * Work that no caller waits for, and faults that no caller can answer. Invariant: a failure in the background is
 * reported once, with what it was about, and never becomes an unhandled rejection.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** What a fault is about; ids where they are known. */
export interface FaultPlace {
  readonly notebook?: string
  readonly session?: string
  readonly run?: string
  readonly kernel?: string
}

/** Takes note of a fault. `what` says what was being done. */
export type ReportFault = (what: string, error: unknown) => void

/** Rewrites each line before it is written: faults may quote what holds a secret. */
let mask = (line: string): string => line

const place = new AsyncLocalStorage<FaultPlace>()

/** Does the work; faults in it, and in what it starts, are reported with this place. */
export function atPlace<T>(at: FaultPlace, work: () => T): T {
  return place.run({ ...place.getStore(), ...at }, work)
}

/** Every fault that this process reports from now on passes through `by`. */
export function maskFaults(by: (line: string) => string): void {
  mask = by
}

/** Writes a fault as one line of JSON to stderr, with the place where it came up. */
export function logFault(what: string, error: unknown): void {
  process.stderr.write(`${faultLine(what, error)}\n`)
}

/** The line that `logFault` writes. */
export function faultLine(what: string, error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return mask(JSON.stringify({ at: new Date().toISOString(), what, ...place.getStore(), error: detail }))
}

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
