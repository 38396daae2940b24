/** pure. How a kernel's life ended, in words for people. */
import type { Death } from './kernel.ts'

/** What the system tells of an ended process; both null where it was not our child. */
export interface Ended {
  readonly exitCode: number | null
  readonly signal: string | null
}

/** `asked`: this side wanted it. `memoryKill`: the system killed a process for memory since the run began; null: unknown. */
export function deathOf(
  ended: Ended,
  facts: { asked: 'shutdown' | 'restart' | null; memoryKill: boolean | null; stderrTail: string },
): Death {
  return { ...ended, likely: likely(ended, facts), stderrTail: facts.stderrTail }
}

function likely({ exitCode, signal }: Ended, { asked, memoryKill }: Parameters<typeof deathOf>[1]): string {
  if (asked !== null) return asked === 'restart' ? 'restarted as asked' : 'shut down as asked'
  if (signal === 'SIGKILL') return killed(memoryKill)
  if (signal !== null) return SIGNALS[signal] ?? `ended by ${signal}`
  if (exitCode === 0) return 'the kernel ended itself (exit() or quit() was called)'
  if (exitCode !== null) return `the kernel ended itself with code ${exitCode}`
  if (memoryKill === true) return 'probably out of memory: the system killed a process for memory meanwhile'
  return 'the process is gone; how it ended is unknown because another server started it'
}

function killed(memoryKill: boolean | null): string {
  if (memoryKill === true) return 'killed by the system, probably out of memory'
  if (memoryKill === false)
    return 'killed by another program, or by a limit on this machine other than its memory'
  return 'killed by the system or by another program; out of memory is likely when the cell used much of it'
}

const SIGNALS: Readonly<Record<string, string>> = {
  SIGSEGV: 'crashed in native code (segmentation fault); the last library that was called is to blame',
  SIGBUS: 'crashed in native code (bus error); a mapped file may have been cut short, or the disk is full',
  SIGABRT: 'aborted by native code, which found its own state broken',
  SIGILL: 'crashed in native code (illegal instruction); a library was built for another processor',
  SIGFPE: 'crashed in native code (arithmetic error)',
  SIGTERM: 'asked to end by another program (SIGTERM)',
  SIGHUP: 'ended because its terminal or login session was closed (SIGHUP)',
  SIGINT: 'interrupted outside of any cell (SIGINT)',
}
