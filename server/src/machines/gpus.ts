/** GPUs of NVIDIA, by `nvidia-smi`. A machine without it is asked once. Other makers are not supported. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Gpu } from '../../contract/machines.ts'

export interface GpuUse {
  readonly gpus: readonly Gpu[]
  /** Bytes of GPU memory by process. */
  readonly byPid: ReadonlyMap<number, number>
  /** When it was measured, by `performance.now()`; minus infinity if it was not. */
  readonly at: number
}

const NONE: GpuUse = { gpus: [], byPid: new Map(), at: Number.NEGATIVE_INFINITY }
/** It starts a program: not more often than this, ms. */
const EVERY_MS = 5_000
const TIMEOUT_MS = 5_000
const FORM = '--format=csv,noheader,nounits'

/** Runs `nvidia-smi` with these words; rejects if it is not there. */
export type AskDriver = (words: readonly string[]) => Promise<string>

const askDriver: AskDriver = async (words) => {
  const { stdout } = await promisify(execFile)('nvidia-smi', [...words], { timeout: TIMEOUT_MS })
  return stdout
}

export class Gpus {
  readonly #ask: AskDriver
  readonly #now: () => number
  #isMissing = false
  #last: GpuUse = NONE
  #asked = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | null = null

  constructor(ask: AskDriver = askDriver, now: () => number = Date.now) {
    this.#ask = ask
    this.#now = now
  }

  /** What was last measured; a measurement that is due goes on meanwhile. */
  look(): GpuUse {
    if (!this.#isMissing && this.#asking === null && this.#now() - this.#asked >= EVERY_MS) {
      this.#asked = this.#now()
      this.#asking = this.#measure().finally(() => {
        this.#asking = null
      })
    }
    return this.#last
  }

  /** Settles when no measurement goes on. */
  settled(): Promise<void> {
    return this.#asking ?? Promise.resolve()
  }

  async #measure(): Promise<void> {
    try {
      const [gpus, processes] = await Promise.all([
        this.#ask(['--query-gpu=name,utilization.gpu,memory.used,memory.total', FORM]),
        this.#ask(['--query-compute-apps=pid,used_memory', FORM]),
      ])
      this.#last = { gpus: readGpus(gpus), byPid: readProcesses(processes), at: performance.now() }
    } catch (error) {
      this.#last = NONE
      this.#isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    }
  }
}

/** pure. Lines of `name, percent, MiB, MiB`; what a GPU does not report is `[N/A]`. */
export const readGpus = (text: string): readonly Gpu[] =>
  rowsOf(text).flatMap((fields) => {
    const [total, used, busy] = fields.slice(-3).reverse()
    const name = fields.slice(0, -3).join(', ')
    return fields.length < 4
      ? []
      : [{ name, busy: numberOf(busy), memoryUsed: mib(used), memoryTotal: mib(total) }]
  })

/** pure. Lines of `pid, MiB`; a process on several GPUs has several. */
export function readProcesses(text: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const [pid, used] of rowsOf(text)) {
    const [id, bytes] = [Number(pid), mib(used)]
    if (Number.isSafeInteger(id) && bytes !== null) found.set(id, (found.get(id) ?? 0) + bytes)
  }
  return found
}

const rowsOf = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((field) => field.trim()))

function numberOf(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}

const mib = (text: string | undefined): number | null => {
  const value = numberOf(text)
  return value === null ? null : value * 1024 * 1024
}
