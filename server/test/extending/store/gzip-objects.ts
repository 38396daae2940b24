/** docs/extending/store.md: objects, each a compressed file that is named by the digest of its bytes. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { digestOf } from '../../../src/disk/digest.ts'
import { DamagedObjectError, StoreError } from '../../../src/store/errors.ts'
import type { ObjectStore } from '../../../src/store/ports.ts'

const DIGEST = /^sha256:[0-9a-f]{64}$/

export class GzipObjects implements ObjectStore {
  readonly #folder: string
  #isClosed = false

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(bytes: Uint8Array): Promise<string> {
    if (this.#isClosed) throw new StoreError('closed', 'the store is closed')
    const digest = digestOf(bytes)
    await mkdir(this.#folder, { recursive: true })
    const part = this.#fileOf(`${digest}.${crypto.randomUUID()}`)
    await writeFile(part, gzipSync(bytes), { flush: true })
    await rename(part, this.#fileOf(digest))
    return digest
  }

  async putPages(pages: () => AsyncIterable<Uint8Array>): Promise<{ digest: string; size: number }> {
    const parts: Uint8Array[] = []
    for await (const page of pages()) parts.push(page)
    const all = Buffer.concat(parts)
    return { digest: await this.put(all), size: all.length }
  }

  async get(digest: string): Promise<Uint8Array | null> {
    if (!DIGEST.test(digest)) return null
    const packed = await readFile(this.#fileOf(digest)).catch(() => null)
    if (packed === null) return null
    const bytes = gunzipSync(packed)
    const found = digestOf(bytes)
    if (found !== digest) throw new DamagedObjectError(digest, found)
    return bytes
  }

  async has(digest: string): Promise<boolean> {
    return (await this.get(digest)) !== null
  }

  async size(digest: string): Promise<number | null> {
    return (await this.get(digest))?.length ?? null
  }

  async remove(digests: readonly string[]): Promise<void> {
    await Promise.all(digests.map((digest) => rm(this.#fileOf(digest), { force: true })))
  }

  async *list(): AsyncGenerator<string> {
    const names = await readdir(this.#folder).catch(() => [])
    for (const name of names) {
      const digest = `sha256:${name}`
      if (DIGEST.test(digest)) yield digest
    }
  }

  close(): void {
    this.#isClosed = true
  }

  #fileOf(digest: string): string {
    return join(this.#folder, digest.replace('sha256:', ''))
  }
}
