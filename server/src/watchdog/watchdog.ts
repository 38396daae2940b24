/**
 * Ends a server whose event loop is stuck. This side beats; a thread listens, and after too long a silence it writes down
 * where the main thread is and kills the process, which the supervisor starts again. A machine that sleeps is no silence:
 * the thread counts its own seconds, in which it was awake itself.
 */
import { url as inspectorUrl } from 'node:inspector'
import { Worker } from 'node:worker_threads'

/** Seconds without a turn of the event loop. `0` switches the watchdog off. */
const VARIABLE = 'YESTERDAY_WATCHDOG_SECONDS'
const DEFAULT_SECONDS = 30
const BEAT_MS = 500

/** What the thread is given. */
export interface WatchdogData {
  /** One Int32 that grows with each beat. */
  readonly beats: SharedArrayBuffer
  readonly seconds: number
  /** Where the fault is kept: `.yesterday/`. */
  readonly folder: string
}

/** The limit that the environment sets; null where the watchdog is off, and while a debugger may hold the program. */
export function watchdogSeconds(env: Readonly<Record<string, string | undefined>>): number | null {
  const seconds = env[VARIABLE] === undefined ? DEFAULT_SECONDS : Number(env[VARIABLE])
  return Number.isFinite(seconds) && seconds > 0 && inspectorUrl() === undefined ? seconds : null
}

/** Starts watching this thread. Returns how to stop it. */
export function startWatchdog(folder: string, seconds: number): () => void {
  const beats = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const counter = new Int32Array(beats)
  const timer = setInterval(() => Atomics.add(counter, 0, 1), BEAT_MS)
  timer.unref()
  const workerData: WatchdogData = { beats, seconds, folder }
  const worker = new Worker(new URL('./watchdog-thread.ts', import.meta.url), { workerData, execArgv: [] })
  worker.unref()
  // Without its watchdog the server goes on.
  worker.on('error', () => clearInterval(timer))
  return () => {
    clearInterval(timer)
    Atomics.store(counter, 0, STOPPED)
  }
}

/** Makes the thread end. */
export const STOPPED = -1
