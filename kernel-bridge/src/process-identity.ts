/**
 * Which process a number means. A process id alone is reused by the system; with the time at which the process started
 * it names one process for good. Imports nothing of the bridge, so that it loads without ZeroMQ.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** One process of this machine. `started` is compared for equality only; its form depends on the platform. */
export interface ProcessIdentity {
  readonly pid: number
  readonly started: string
}

/** Null if there is no such process, or only its exit status is left (a zombie). */
export function identifyProcess(pid: number): ProcessIdentity | null {
  if (!isRunning(pid)) return null
  const started = startTimes[process.platform]?.(pid) ?? psStartTime(pid)
  return started === null ? null : { pid, started }
}

/** True while this very process runs. */
export function isSameProcess({ pid, started }: ProcessIdentity): boolean {
  return identifyProcess(pid)?.started === started
}

let own: ProcessIdentity | null = null

/** The identity of the calling process. */
export function ownProcess(): ProcessIdentity {
  own ??= identifyProcess(process.pid)
  if (own === null) throw new Error(`The system does not say when process ${process.pid} started`)
  return own
}

/** True while a process has this id. Signal 0 is not delivered; a refusal to send it means that the process exists. */
export function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  return process.platform !== 'linux' || linuxStartTime(pid) !== null
}

const startTimes: Readonly<Partial<Record<NodeJS.Platform, (pid: number) => string | null>>> = {
  linux: (pid) => {
    const ticks = linuxStartTime(pid)
    return ticks === null ? null : `${bootId()}:${ticks}`
  },
  win32: (pid) =>
    answerOf('powershell', [
      ...['-NoProfile', '-NonInteractive', '-Command'],
      `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().Ticks`,
    ]),
}

/** Clock ticks since the boot: field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function linuxStartTime(pid: number): string | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

let boot: string | null = null

/** Ticks count from the boot, so the same number may come again after the next one. */
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return boot
}

const psStartTime = (pid: number): string | null => answerOf('ps', ['-o', 'lstart=', '-p', String(pid)])

function answerOf(program: string, words: readonly string[]): string | null {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
    const answer = execFileSync(program, words, { encoding: 'utf8', env, timeout: 10_000, windowsHide: true })
    return answer.trim() || null
  } catch {
    return null
  }
}
