/**
 * Writes that must not be lost: tried again until they succeed. Invariant: a write that failed (a full disk) is never
 * given up while the process lives; people hear of it once, and once when it works again. A write that can never
 * succeed throws.
 */
import { StoreError, type StoreErrorCode } from '../store/errors.ts'
import type { ObjectStore } from '../store/ports.ts'

export interface DurableOptions {
  readonly onStalled: (error: unknown) => void
  readonly onResumed: () => void
  readonly sleep?: (ms: number) => Promise<void>
}

/** Runs the write, and again with growing pauses (0.25 s to 5 s) for as long as it throws. */
export type Durable = <T>(write: () => Promise<T>) => Promise<T>

const sleepUnreferenced = (ms: number): Promise<void> =>
  new Promise((done) => {
    setTimeout(done, ms).unref()
  })

export function createDurable({ onStalled, onResumed, sleep = sleepUnreferenced }: DurableOptions): Durable {
  let failing = 0
  return async (write) => {
    for (let pause = 250, failed = false; ; pause = Math.min(pause * 2, 5000)) {
      try {
        const result = await write()
        if (failed && --failing === 0) onResumed()
        return result
      } catch (error) {
        if (isFinal(error)) throw error
        if (!failed && failing++ === 0) onStalled(error)
        failed = true
        await sleep(pause)
      }
    }
  }
}

/** What the storage will refuse for ever: the entry contradicts the log, the storage was closed, or it is damaged. */
function isFinal(error: unknown): boolean {
  return error instanceof StoreError && FINAL.has(error.code)
}

const FINAL: ReadonlySet<StoreErrorCode> = new Set(['conflict', 'closed', 'damaged'])

/** The same objects, with puts that do not give up. */
export function durableObjects(objects: ObjectStore, durable: Durable): ObjectStore {
  return {
    put: (bytes) => durable(() => objects.put(bytes)),
    putPages: (pages) => durable(() => objects.putPages(pages)),
    get: (digest) => objects.get(digest),
    has: (digest) => objects.has(digest),
    size: (digest) => objects.size(digest),
    remove: (digests) => objects.remove(digests),
    list: () => objects.list(),
  }
}
