/** pure. How a kernel's life ended, in words for people. */
import type { Death } from './kernel.ts'

/** The exit status of an ended process; both null if it was not our child. */
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
  if (signal === 'SIGKILL') return memoryKill === true ? OUT_OF_MEMORY : KILLED
  if (signal !== null) return SIGNALS[signal] ?? `ended by ${signal}`
  if (exitCode === 0) return 'the kernel ended itself (exit() or quit() was called)'
  if (exitCode !== null) return `the kernel ended itself with code ${exitCode}`
  if (memoryKill === true) return 'probably out of memory: the system killed a process for memory meanwhile'
  return 'the process is gone; how it ended is unknown because another server started it'
}

const OUT_OF_MEMORY = 'killed by the system, probably out of memory'
/** Counters of memory kills do not see into every container, so their silence proves nothing. */
const KILLED = 'killed by another program or by the system; out of memory is a common cause'

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
