/** pure. What can go wrong at this door, each with what a person can do about it. */
import type { Death, KernelSpec } from './kernel.ts'

/** Why a kernel did not start. */
export type StartFailure =
  | 'unknown-spec'
  | 'no-sandbox'
  | 'unreachable'
  | 'program-missing'
  | 'folder-missing'
  | 'ended'
  | 'silent'
  | 'stopping'

/** A kernel did not start; the message names the kernelspec, the program, and what to do. */
export class KernelStartError extends Error {
  override readonly name = 'KernelStartError'
  readonly reason: StartFailure
  readonly specName: string
  readonly program: string | null
  /** The last lines of its standard error, `''` where it never ran. */
  readonly stderrTail: string

  constructor(
    message: string,
    facts: { reason: StartFailure; specName: string; program: string | null; stderrTail?: string },
  ) {
    super(message)
    this.reason = facts.reason
    this.specName = facts.specName
    this.program = facts.program
    this.stderrTail = facts.stderrTail ?? ''
  }
}

/** `specs`: what there is instead. */
export function unknownSpec(specName: string, specs: readonly KernelSpec[]): KernelStartError {
  const known = specs.map(({ name }) => name).join(', ') || 'none: no Python with ipykernel was found'
  const message = `There is no kernel "${specName}". Choose one of these: ${known}.`
  return new KernelStartError(message, { reason: 'unknown-spec', specName, program: null })
}

/** The door was closed while the kernel started. */
export function stopping(specName: string): KernelStartError {
  const facts = { reason: 'stopping', specName, program: null } as const
  return new KernelStartError(`The kernel "${specName}" was not started: the server is stopping.`, facts)
}

/** The kernel that was asked is dead. */
export class KernelDeadError extends Error {
  override readonly name = 'KernelDeadError'
  readonly death: Death

  constructor(death: Death) {
    super(`The kernel is dead: ${death.likely}`)
    this.death = death
  }
}

/** The kernel did not reply to a request in the time given. */
export class RequestTimeoutError extends Error {
  override readonly name = 'RequestTimeoutError'

  constructor(msgType: string, timeoutMs: number) {
    super(`No reply to ${msgType} within ${timeoutMs} ms`)
  }
}

/** A fault that no caller waits for, refused or repaired: it is reported and counted, never thrown. */
export interface Problem {
  readonly kind:
    | 'kernelspec-broken'
    | 'frames-refused'
    | 'spool-broken'
    | 'idle-lost'
    | 'agent-failed'
    | 'prewarm-failed'
    | 'listener-failed'
    | 'message-failed'
    | 'reading-ended'
    | 'death-not-noted'
    | 'background-failed'
    | 'record-failed'
  readonly detail: string
}
