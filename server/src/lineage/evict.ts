/**
 * Room for new values while the server runs: the bytes that only old runs need go, the oldest first. Invariant: as for
 * `yesterday gc`; and nothing goes that a record of this moment may name.
 */
import type { Timestamp } from '../../contract/ids.ts'
import type { Store } from '../store/ports.ts'
import { keptBytes } from './collect.ts'
import { planRetention } from './retention.ts'

export interface EvictParts {
  readonly store: Pick<Store, 'runs' | 'index' | 'objects' | 'eviction'>
  readonly now: () => Date
  /** Why, for the log. */
  readonly why: string
}

/** The whole log is read for it: where little was found, it is not looked for again so soon, ms. */
const PAUSE_MS = 10 * 60_000
/** Digests in one entry of the log. */
const MOST_IN_ENTRY = 5_000

export class Eviction {
  readonly #parts: EvictParts
  #nothingUntil = 0

  constructor(parts: EvictParts) {
    this.#parts = parts
  }

  /** Frees so many bytes, or as many as it may; returns how many. One call at a time. */
  async makeRoom(bytes: number): Promise<number> {
    const { store, now, why } = this.#parts
    if (bytes <= 0 || now().getTime() < this.#nothingUntil) return 0
    const { runs, sizes } = await keptBytes(store)
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    const plan = planRetention(runs, sizes, { before: NEVER, maxBytes: Math.max(0, total - bytes) })
    const sizeOf = new Map(plan.letGo.map(({ digest, size }) => [digest, size]))
    const digests = store.eviction.evictable([...sizeOf.keys()])
    let freed = 0
    for (let start = 0; start < digests.length; start += MOST_IN_ENTRY) {
      const part = digests.slice(start, start + MOST_IN_ENTRY)
      await store.runs.append([{ type: 'bytes-dropped', at: now().toISOString(), digests: [...part], why }])
      for (const digest of await store.eviction.evict(part)) freed += sizeOf.get(digest) ?? 0
    }
    if (freed < bytes / 2) this.#nothingUntil = now().getTime() + PAUSE_MS
    return freed
  }
}

/** Of no run: age alone is no reason to remove something here. */
const NEVER: Timestamp = '0000-01-01T00:00:00.000Z'
