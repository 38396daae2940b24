/**
 * A kernel's process: started so that it outlives this one, or watched when another server started it.
 * Invariant: `ended` settles once, for a child by the system's word, else within two seconds of its end.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Ended } from './death.ts'
import { identifyProcess, isRunning, isSameProcess, type ProcessIdentity } from './process-identity.ts'

/** What carries a kernel's life: a process here, or one elsewhere that others watch for us. */
export interface KernelBody {
  readonly ended: Promise<Ended>
  /** Kills it; false where it is gone. */
  signal(name: 'SIGKILL'): boolean
  /** Stops looking; it goes on. */
  unwatch(): void
  /** See `KernelEvents.reach`. Absent where there is always a way to it. */
  onReach?(listener: (lostAt: string | null) => void): void
}

/** A process and, on POSIX, the group that it leads. */
export interface KernelProcess extends KernelBody {
  readonly pid: number
  readonly identity: ProcessIdentity
  /** To the whole group; false where it is gone. */
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGURG'): boolean
}

const WATCH_MS = 1_000
/** A killed process is reported as ended within this time. */
export const ENDED_WITHIN_MS = 4_000
const ENDED_POLL_MS = 10
const TAIL_BYTES = 8_192
const TAIL_LINES = 40

/**
 * Rejects with the system's error where the program cannot be run. Output goes to `stdout.log` and `stderr.log` in
 * `logDir`. `note` is given the process before anything else can happen; if it throws, the process is ended.
 */
export async function launch(options: {
  argv: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  logDir: string
  note: (process: ProcessIdentity) => void
}): Promise<KernelProcess> {
  const [program = '', ...rest] = options.argv
  const stdout = await open(join(options.logDir, 'stdout.log'), 'w', 0o600)
  const stderr = await open(stderrLog(options.logDir), 'w', 0o600)
  try {
    const child = spawn(program, rest, {
      cwd: options.cwd,
      env: options.env,
      // A group and a session of its own: the terminal's Ctrl-C and our death do not reach it.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', stdout.fd, stderr.fd],
    })
    return await spawned(child, child.pid === undefined ? null : noteOrEnd(child.pid, options.note))
  } finally {
    await Promise.all([stdout.close(), stderr.close()])
  }
}

function noteOrEnd(pid: number, note: (process: ProcessIdentity) => void): ProcessIdentity {
  // One that has ended already has no start time any more; no living process has this one.
  const identity = identifyProcess(pid) ?? { pid, started: 'ended' }
  try {
    note(identity)
    return identity
  } catch (error) {
    signalGroup(pid, 'SIGKILL')
    throw error
  }
}

function spawned(child: ChildProcess, identity: ProcessIdentity | null): Promise<KernelProcess> {
  return new Promise((resolve, reject) => {
    const ended = new Promise<Ended>((settle) => {
      child.once('exit', (exitCode, signal) => settle({ exitCode, signal }))
    })
    child.once('error', reject)
    child.once('spawn', () => {
      if (identity === null) throw new Error('A spawned process has no pid')
      const { pid } = identity
      child.unref()
      let gone = false
      child.once('exit', () => {
        gone = true
      })
      const signal = (name: NodeJS.Signals): boolean => !gone && signalGroup(pid, name)
      resolve({ pid, identity, ended, signal, unwatch: () => undefined })
    })
  })
}

/** Watches a process that is not our child. Null if it has ended. */
export function watch(identity: ProcessIdentity): KernelProcess | null {
  if (!isSameProcess(identity)) return null
  const { pid } = identity
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<Ended>((settle) => {
    timer = setInterval(() => {
      if (seemsSame(identity)) return
      clearInterval(timer)
      settle({ exitCode: null, signal: null })
    }, WATCH_MS)
  })
  return {
    pid,
    identity,
    ended,
    signal: (name) => isSameProcess(identity) && signalGroup(pid, name),
    unwatch: () => clearInterval(timer),
  }
}

/** Asking for the start time costs a program each time but on Linux: there the number has to do between signals. */
const seemsSame = (identity: ProcessIdentity): boolean =>
  process.platform === 'linux' ? isSameProcess(identity) : isRunning(identity.pid)

/** Kills a process and its group, and waits until it is gone, at most `ENDED_WITHIN_MS`. False if it was not there. */
export async function endProcess(identity: ProcessIdentity): Promise<boolean> {
  if (!isSameProcess(identity)) return false
  signalGroup(identity.pid, 'SIGKILL')
  const deadline = performance.now() + ENDED_WITHIN_MS
  while (isSameProcess(identity) && performance.now() < deadline) await setTimeout(ENDED_POLL_MS)
  return true
}

function signalGroup(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, name)
    return true
  } catch {
    return false
  }
}

/** The last lines of what the process wrote to its standard error. */
export async function stderrTail(logDir: string): Promise<string> {
  const text = await readFile(stderrLog(logDir)).catch(() => Buffer.alloc(0))
  const lines = text.subarray(-TAIL_BYTES).toString('utf8').trimEnd().split('\n')
  return lines.slice(-TAIL_LINES).join('\n')
}

function stderrLog(logDir: string): string {
  return join(logDir, 'stderr.log')
}

/** How many processes the system has killed for memory since it booted; null where it does not say. */
export async function memoryKills(): Promise<number | null> {
  if (process.platform !== 'linux') return null
  const counters = await readFile('/proc/vmstat', 'utf8').catch(() => '')
  const found = /^oom_kill (\d+)$/m.exec(counters)?.[1]
  return found === undefined ? null : Number(found)
}

/** False where the time ran out first. */
export async function within(settled: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController()
  const late = setTimeout(ms, false, { signal: timer.signal }).catch(() => false)
  return Promise.race([settled.then(() => true), late]).finally(() => timer.abort())
}
