/**
 * A kernel's process: started so that it outlives this one, or watched when another server started it.
 * Invariant: `ended` settles once, for a child by the system's word, else within two seconds of its end.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Ended } from './death.ts'

/** A process and, on POSIX, the group that it leads. */
export interface KernelProcess {
  readonly pid: number
  readonly ended: Promise<Ended>
  /** To the whole group; false where it is gone. */
  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'SIGURG'): boolean
  /** Stops looking; the process goes on. */
  unwatch(): void
}

const WATCH_MS = 1_000
/** A process that was killed is told as ended within this. */
export const ENDED_WITHIN_MS = 4_000
const TAIL_BYTES = 8_192
const TAIL_LINES = 40

/**
 * Rejects with the system's error where the program cannot be run. Output goes to `stdout.log` and `stderr.log` in
 * `logDir`. `note` is told the process id before anything else can happen; where it throws, the process is ended.
 */
export async function launch(options: {
  argv: readonly string[]
  cwd: string
  env: NodeJS.ProcessEnv
  logDir: string
  note: (pid: number) => void
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
    if (child.pid !== undefined) noteOrEnd(child.pid, options.note)
    return await spawned(child)
  } finally {
    await Promise.all([stdout.close(), stderr.close()])
  }
}

function noteOrEnd(pid: number, note: (pid: number) => void): void {
  try {
    note(pid)
  } catch (error) {
    signalGroup(pid, 'SIGKILL')
    throw error
  }
}

function spawned(child: ChildProcess): Promise<KernelProcess> {
  return new Promise((resolve, reject) => {
    const ended = new Promise<Ended>((settle) => {
      child.once('exit', (exitCode, signal) => settle({ exitCode, signal }))
    })
    child.once('error', reject)
    child.once('spawn', () => {
      const { pid } = child
      if (pid === undefined) throw new Error('A spawned process has no pid')
      child.unref()
      let gone = false
      void ended.then(() => {
        gone = true
      })
      resolve({ pid, ended, signal: (name) => !gone && signalGroup(pid, name), unwatch: () => undefined })
    })
  })
}

/** Watches a process that is not our child. Null where there is none. */
export function watch(pid: number): KernelProcess | null {
  const identity = identityOf(pid)
  if (identity === null) return null
  let timer: NodeJS.Timeout | undefined
  const same = (): boolean => identityOf(pid) === identity
  const ended = new Promise<Ended>((settle) => {
    timer = setInterval(() => {
      if (same()) return
      clearInterval(timer)
      settle({ exitCode: null, signal: null })
    }, WATCH_MS)
  })
  return {
    pid,
    ended,
    signal: (name) => same() && signalGroup(pid, name),
    unwatch: () => clearInterval(timer),
  }
}

/** True while a process of this number runs. */
export function isRunning(pid: number): boolean {
  return identityOf(pid) !== null
}

/** Says which process a number means: its start time where the system tells it. Null for none, and for one that only waits to be buried. */
function identityOf(pid: number): string | null {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return null
  }
  if (process.platform !== 'linux') return 'running'
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
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
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  return Promise.race([settled.then(() => true), late]).finally(() => clearTimeout(timer))
}
