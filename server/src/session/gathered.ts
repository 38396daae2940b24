/** Objects that go to the storage together with the entry that names them. Invariant: a large one is stored at once. */
import type { Digest } from '../../contract/ids.ts'
import { digestOf } from '../disk/digest.ts'
import type { ObjectStore } from '../store/ports.ts'

/** Bytes from which a blob is not kept in memory until its entry is written. */
const LARGE = 8192

export class Gathered {
  readonly #objects: ObjectStore
  readonly #blobs = new Map<Digest, Uint8Array>()

  constructor(objects: ObjectStore) {
    this.#objects = objects
  }

  /** What was put and is not stored yet. */
  get blobs(): readonly Uint8Array[] {
    return [...this.#blobs.values()]
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    if (bytes.byteLength > LARGE) return this.#objects.put(bytes)
    const digest = digestOf(bytes)
    this.#blobs.set(digest, bytes)
    return digest
  }

  putPages(...pages: Parameters<ObjectStore['putPages']>): ReturnType<ObjectStore['putPages']> {
    return this.#objects.putPages(...pages)
  }

  get(digest: Digest): Promise<Uint8Array | null> {
    return this.#objects.get(digest)
  }
}
