/**
 * Sign-ins that were begun and wait for their second step: a challenge, or the answer of a provider. Held in memory.
 * Invariant: each is good once, for a short time, and their number is bounded, in all and for each address.
 */

import { networkOf } from './network.ts'

/** How long the second step may take, ms. */
export const PENDING_MS = 5 * 60_000
const MOST_PENDING = 2000
/** Many people may share an address. */
const MOST_FOR_ADDRESS = 50

interface Waiting<Value> {
  readonly value: Value
  readonly address: string
  readonly until: number
}

export class Pending<Value> {
  readonly #now: () => number
  readonly #waiting = new Map<string, Waiting<Value>>()

  /** `now` is a clock in ms. */
  constructor(now: () => number) {
    this.#now = now
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Remembers `value` under a key that only this browser can send. The oldest of the address is forgotten if there are too many. */
  begin(key: string, value: Value, address: string): void {
    const now = this.#now()
    for (const [old, { until }] of this.#waiting) if (until <= now) this.#waiting.delete(old)
    this.#waiting.delete(key)
    const network = networkOf(address)
    const own = [...this.#waiting].filter(([, one]) => one.address === network)
    const [oldest] =
      own.length >= MOST_FOR_ADDRESS ? own : this.#waiting.size >= MOST_PENDING ? this.#waiting : []
    if (oldest !== undefined) this.#waiting.delete(oldest[0])
    this.#waiting.set(key, { value, address: network, until: now + PENDING_MS })
  }

  /** The value of this key, which is forgotten; null if there is none or it is too old. */
  take(key: string): Value | null {
    const found = this.#waiting.get(key)
    this.#waiting.delete(key)
    return found === undefined || found.until <= this.#now() ? null : found.value
  }
}
