/**
 * How long the longest turn of the event loop took, in processor time of its thread: what it would have kept others
 * waiting. Time in which other programs had the processor does not count.
 */

/** Processor time of `calibrate` on the machine for which limits are stated, ms. */
const REFERENCE_MS = 40

export class Turns {
  #longest = 0
  #before = cpuMs()
  #next: NodeJS.Immediate | null = null

  start(): void {
    this.#longest = 0
    this.#before = cpuMs()
    this.#next = setImmediate(this.#turn)
  }

  /** Milliseconds of the longest turn since the start. */
  stop(): number {
    this.#note()
    if (this.#next !== null) clearImmediate(this.#next)
    this.#next = null
    return this.#longest
  }

  readonly #turn = (): void => {
    this.#note()
    this.#next = setImmediate(this.#turn)
  }

  #note(): void {
    const now = cpuMs()
    this.#longest = Math.max(this.#longest, now - this.#before)
    this.#before = now
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** How much slower this machine is than the one for which limits are stated; at least 1. */
export function slowness(): number {
  const rows = Array.from({ length: 20_000 }, (_, n) => ({ n, text: `row ${n}`, list: [n, n + 1] }))
  const before = cpuMs()
  for (let round = 0; round < 3; round++) JSON.parse(JSON.stringify(rows))
  return Math.max(1, (cpuMs() - before) / REFERENCE_MS)
}
