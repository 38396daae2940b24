/**
 * Large blobs as files: `objects/ab/cdef…` by their SHA-256. Invariant: a file under its final name is whole: it is
 * written under another name, synced, and renamed; the folder is synced after it.
 */
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Digest } from '../../contract/ids.ts'
import { asStoreError } from './errors.ts'

const SHARD = /^[0-9a-f]{2}$/
const REST = /^[0-9a-f]{62}$/

export class ObjectFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(digest: Digest, bytes: Uint8Array): Promise<void> {
    const path = this.#path(digest)
    const temporary = join(this.#folder, `writing-${randomUUID()}`)
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      await writeSynced(temporary, bytes)
      await rename(temporary, path)
      await syncFolder(dirname(path))
    } catch (thrown) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw asStoreError(thrown)
    }
  }

  async get(digest: Digest): Promise<Uint8Array | null> {
    try {
      return await readFile(this.#path(digest))
    } catch (thrown) {
      if (isMissing(thrown)) return null
      throw asStoreError(thrown)
    }
  }

  async has(digest: Digest): Promise<boolean> {
    return stat(this.#path(digest)).then(
      (found) => found.isFile(),
      () => false,
    )
  }

  async size(digest: Digest): Promise<number | null> {
    return stat(this.#path(digest)).then(
      ({ size }) => size,
      () => null,
    )
  }

  async remove(digest: Digest): Promise<void> {
    await rm(this.#path(digest), { force: true }).catch((thrown: unknown) => {
      throw asStoreError(thrown)
    })
  }

  async *list(): AsyncGenerator<Digest> {
    for (const shard of (await names(this.#folder)).filter((name) => SHARD.test(name))) {
      const rests = (await names(join(this.#folder, shard))).filter((name) => REST.test(name))
      for (const rest of rests) yield `sha256:${shard}${rest}`
    }
  }

  #path(digest: Digest): string {
    const hex = digest.slice('sha256:'.length)
    return join(this.#folder, hex.slice(0, 2), hex.slice(2))
  }
}

const isMissing = (thrown: unknown) => thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'

async function names(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (thrown) {
    if (isMissing(thrown)) return []
    throw asStoreError(thrown)
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  await withFile(await open(path, 'wx', 0o600), async (file) => {
    await file.writeFile(bytes)
    await file.sync()
  })
}

/** A rename is durable when its folder is; Windows does so by itself and refuses to open folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await withFile(await open(folder, 'r'), (file) => file.sync())
}

async function withFile(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file)
  } finally {
    await file.close()
  }
}
