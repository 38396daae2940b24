/**
 * One kernel kept ready per kernelspec, folder and environment, so that a start is quick.
 * Invariant: a kernel is handed out once, and only while its process runs and echoes.
 */
import type { Kernel, StartOptions } from './kernel.ts'

/** What the pool needs of a kernel that waits. */
export interface Waiting {
  readonly kernel: Kernel
  /** False where it has died or hangs. */
  answers(): Promise<boolean>
}

export class Pool<W extends Waiting> {
  readonly #start: (options: StartOptions) => Promise<W>
  readonly #onFailure: (options: StartOptions, error: unknown) => void
  readonly #waiting = new Map<string, Promise<W | null>>()
  #closed = false

  constructor(
    start: (options: StartOptions) => Promise<W>,
    onFailure: (options: StartOptions, error: unknown) => void,
  ) {
    this.#start = start
    this.#onFailure = onFailure
  }

  /** Makes one ready where none is. Never rejects. */
  fill(options: StartOptions): void {
    const key = keyOf(options)
    if (this.#closed || this.#waiting.has(key)) return
    const started = this.#start(options).catch((error: unknown) => {
      this.#onFailure(options, error)
      this.#waiting.delete(key)
      return null
    })
    this.#waiting.set(key, started)
  }

  /** The one that is ready or on its way; null where there is none to be had. */
  async take(options: StartOptions): Promise<W | null> {
    const key = keyOf(options)
    const waiting = this.#waiting.get(key)
    this.#waiting.delete(key)
    const found = (await waiting) ?? null
    if (found === null || (await found.answers())) return found
    await found.kernel.shutdown({ graceMs: 0 }).catch(() => undefined)
    return null
  }

  async close(): Promise<void> {
    this.#closed = true
    const all = await Promise.all(this.#waiting.values())
    this.#waiting.clear()
    await Promise.all(all.map((waiting) => waiting?.kernel.shutdown({ graceMs: 0 })))
  }
}

function keyOf({ specName, cwd, env = {} }: StartOptions): string {
  return JSON.stringify([specName, cwd, Object.entries(env).sort()])
}
