/**
 * How many failed sign-ins are recorded. Invariant: people who are not signed in cannot fill the disk: beyond a number for
 * each network and for all, failures are only counted.
 */
import { Quota, type QuotaLimits } from '../connection/quota.ts'
import { networkOf } from './network.ts'

const OF_NETWORK: QuotaLimits = { burst: 40, perSecond: 1 / 60 }
/** Some 2 MB a day at most. */
const OF_ALL: QuotaLimits = { burst: 400, perSecond: 0.1 }
const MOST_NETWORKS = 1000

export class AuditFailures {
  readonly #nowMs: () => number
  readonly #all: Quota
  readonly #networks = new Map<string, Quota>()
  #omitted = 0

  /** `nowMs` is a clock in ms. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.#all = new Quota(OF_ALL, nowMs)
  }

  /** How many were left out since the last that was recorded; null where this one is left out too. */
  take(address: string | null): number | null {
    if (!this.#of(networkOf(address ?? '')).take(1) || !this.#all.take(1)) {
      this.#omitted++
      return null
    }
    const omitted = this.#omitted
    this.#omitted = 0
    return omitted
  }

  #of(network: string): Quota {
    const quota = this.#networks.get(network) ?? new Quota(OF_NETWORK, this.#nowMs)
    this.#networks.delete(network)
    this.#networks.set(network, quota)
    const [oldest] = this.#networks.keys()
    if (this.#networks.size > MOST_NETWORKS && oldest !== undefined) this.#networks.delete(oldest)
    return quota
  }
}
