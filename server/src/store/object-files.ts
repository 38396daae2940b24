/**
 * Large blobs as files: `objects/ab/cdef…` by their SHA-256. Invariant: a file under its final name is whole: it is
 * written under another name, synced, and renamed; the folder is synced after it.
 */
import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Digest } from '../../contract/ids.ts'
import { readStored } from '../disk/regular-file.ts'
import { asStoreError } from './errors.ts'
import type { HistoryPlace } from './history-place.ts'

const SHARD = /^[0-9a-f]{2}$/
const REST = /^[0-9a-f]{62}$/

interface Written {
  readonly digest: Digest
  readonly size: number
}

export class ObjectFiles {
  readonly #folder: string
  readonly #place: Pick<HistoryPlace, 'problem'>

  /** `place` knows whether the folder is still that of the history. */
  constructor(folder: string, place: Pick<HistoryPlace, 'problem'> = { problem: () => null }) {
    this.#folder = folder
    this.#place = place
  }

  async put(digest: Digest, bytes: Uint8Array): Promise<void> {
    await this.#write(async (file) => {
      await file.writeFile(bytes)
      return { digest, size: bytes.byteLength }
    })
  }

  /** As `put`, with bytes that come in parts. */
  putPages(pages: AsyncIterable<Uint8Array>): Promise<Written> {
    return this.#write(async (file) => {
      const hash = createHash('sha256')
      let size = 0
      for await (const page of pages) {
        hash.update(page)
        size += page.byteLength
        await file.writeFile(page)
      }
      return { digest: `sha256:${hash.digest('hex')}`, size }
    })
  }

  /** What `fill` writes is there whole, under its digest, or not at all. */
  async #write(fill: (file: FileHandle) => Promise<Written>): Promise<Written> {
    const temporary = join(this.#folder, `writing-${randomUUID()}`)
    try {
      // A folder that was removed is not made again by the way.
      this.#refuseIfGone()
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      const written = await withFile(await open(temporary, 'wx', 0o600), async (file) => {
        const filled = await fill(file)
        await file.sync()
        return filled
      })
      const path = this.pathOf(written.digest)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await rename(temporary, path)
      await syncFolder(dirname(path))
      this.#refuseIfGone()
      return written
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw asStoreError(thrown)
    }
  }

  async get(digest: Digest): Promise<Uint8Array | null> {
    if (!isDigest(digest)) return null
    try {
      return await readStored(this.pathOf(digest))
    } catch (thrown) {
      if (isMissing(thrown)) return null
      throw asStoreError(thrown)
    }
  }

  async has(digest: Digest): Promise<boolean> {
    if (!isDigest(digest)) return false
    return stat(this.pathOf(digest)).then(
      (found) => found.isFile(),
      () => false,
    )
  }

  async size(digest: Digest): Promise<number | null> {
    if (!isDigest(digest)) return null
    return stat(this.pathOf(digest)).then(
      ({ size }) => size,
      () => null,
    )
  }

  async remove(digest: Digest): Promise<void> {
    if (!isDigest(digest)) return
    await rm(this.pathOf(digest), { force: true }).catch((thrown: unknown) => {
      throw asStoreError(thrown)
    })
  }

  async *list(): AsyncGenerator<Digest> {
    for (const shard of (await names(this.#folder)).filter((name) => SHARD.test(name))) {
      const rests = (await names(join(this.#folder, shard))).filter((name) => REST.test(name))
      for (const rest of rests) yield `sha256:${shard}${rest}`
    }
  }

  /** A digest may come from an untrusted history: an invalid one names no file. */
  #refuseIfGone(): void {
    const problem = this.#place.problem()
    if (problem !== null) throw problem
  }

  pathOf(digest: Digest): string {
    const hex = Digest.parse(digest).slice('sha256:'.length)
    return join(this.#folder, hex.slice(0, 2), hex.slice(2))
  }
}

const isDigest = (text: string): boolean => Digest.safeParse(text).success

const isMissing = (thrown: unknown) => thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'

async function names(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (thrown) {
    if (isMissing(thrown)) return []
    throw asStoreError(thrown)
  }
}

/** A rename is durable when its folder is; Windows does so by itself and refuses to open folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await withFile(await open(folder, 'r'), (file) => file.sync())
}

async function withFile<T>(file: FileHandle, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}
