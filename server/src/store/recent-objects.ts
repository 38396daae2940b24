/**
 * Objects of which some may be removed while others are being recorded. Invariant: what this process put, found or read
 * lately is not removed by `evict`, as an entry that is not in the log yet may name it.
 */
import type { Digest } from '../../contract/ids.ts'
import type { ObjectEviction, ObjectStore } from './ports.ts'

/** A record names what it found within this time, ms; so does a replay. */
const RECENT_MS = 30 * 60_000
/** Digests that are remembered; where there are more, nothing is removed until they are old. */
const MOST_RECENT = 500_000

export class RecentObjects implements ObjectStore, ObjectEviction {
  readonly #objects: ObjectStore
  readonly #now: () => number
  readonly #recent = new Map<Digest, number>()
  /** Those that were removed here, with the end of the removal. */
  readonly #evicted = new Map<Digest, Promise<void>>()

  constructor(objects: ObjectStore, now: () => number = Date.now) {
    this.#objects = objects
    this.#now = now
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const digest = this.#touch(await this.#objects.put(bytes))
    // It may have been found to be there a moment before it was removed.
    if (await this.#wasEvicted(digest)) await this.#objects.put(bytes)
    return digest
  }

  async putPages(...pages: Parameters<ObjectStore['putPages']>): ReturnType<ObjectStore['putPages']> {
    const stored = await this.#objects.putPages(...pages)
    this.#touch(stored.digest)
    return (await this.#wasEvicted(stored.digest)) ? this.#objects.putPages(...pages) : stored
  }

  async get(digest: Digest): Promise<Uint8Array | null> {
    const found = await this.#objects.get(digest)
    if (found !== null) this.#touch(digest)
    return found
  }

  async has(digest: Digest): Promise<boolean> {
    if (!(await this.#objects.has(digest))) return false
    this.#touch(digest)
    const removed = this.#evicted.get(digest)
    if (removed === undefined) return true
    await removed
    return this.#objects.has(digest)
  }

  /** How many are remembered. */
  get recentCount(): number {
    return this.#recent.size
  }

  size(digest: Digest): Promise<number | null> {
    return this.#objects.size(digest)
  }

  remove(digests: readonly Digest[]): Promise<void> {
    return this.#objects.remove(digests)
  }

  list(): AsyncIterable<Digest> {
    return this.#objects.list()
  }

  evictable(digests: readonly Digest[]): readonly Digest[] {
    this.#forgetOld()
    return this.#recent.size > MOST_RECENT ? [] : digests.filter((digest) => !this.#recent.has(digest))
  }

  async evict(digests: readonly Digest[]): Promise<readonly Digest[]> {
    const gone: Digest[] = []
    for (const digest of digests) {
      if (this.evictable([digest]).length === 0) continue
      const removed = this.#objects.remove([digest])
      this.#evicted.set(digest, removed)
      await removed
      gone.push(digest)
    }
    return gone
  }

  /** Latest last. */
  #touch(digest: Digest): Digest {
    this.#forgetOld()
    this.#recent.delete(digest)
    this.#recent.set(digest, this.#now())
    return digest
  }

  /** The oldest are first: the first one that is recent ends it. */
  #forgetOld(): void {
    const oldest = this.#now() - RECENT_MS
    for (const [digest, at] of this.#recent) {
      if (at >= oldest) break
      this.#recent.delete(digest)
    }
  }

  /** Once for each removal. */
  async #wasEvicted(digest: Digest): Promise<boolean> {
    const removed = this.#evicted.get(digest)
    if (removed === undefined) return false
    this.#evicted.delete(digest)
    await removed
    return true
  }
}
