/**
 * Checkpoints of Jupyter clients: one copy of each file, sealed, in the workspace's own folder. Invariant: a copy is
 * replaced whole, and a file is brought back by the way that any save of it goes.
 */
import { createHash } from 'node:crypto'
import { stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isSealed, type Seal } from '@yesterday/kernel-bridge'
import type { ContentsCheckpoint } from '../../../contract/contents-api.ts'
import { readRegular } from '../../disk/regular-file.ts'
import { nodeDisk } from '../../document/disk.ts'
import { errorCode } from '../../files/disk-error.ts'
import { userSeal } from '../../secrets/user-seal.ts'

/** The id of every checkpoint: Jupyter Server has one for each file, too. */
export const CHECKPOINT = 'checkpoint'

export class FileCheckpoints {
  readonly #folder: string
  readonly #seal: Seal

  /** Copies are kept below `folder`, the workspace's own. */
  constructor(folder: string, seal: Seal = userSeal()) {
    this.#folder = join(folder, 'file-checkpoints')
    this.#seal = seal
  }

  /** Null if the file has none. */
  async of(path: string): Promise<ContentsCheckpoint | null> {
    try {
      const { mtime } = await stat(this.#copyOf(path))
      return { id: CHECKPOINT, last_modified: mtime.toISOString() }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    }
  }

  async keep(path: string, bytes: Uint8Array): Promise<ContentsCheckpoint> {
    await nodeDisk.makeFolder(this.#folder)
    const text = Buffer.from(bytes).toString('base64')
    await nodeDisk.replace(this.#copyOf(path), this.#seal.sealParts([text], placeOf(path)), 0o600)
    return (await this.of(path)) ?? { id: CHECKPOINT, last_modified: new Date().toISOString() }
  }

  /** The bytes of the copy; null if there is none. */
  async bytes(path: string): Promise<Uint8Array | null> {
    try {
      const stored = await readRegular(this.#copyOf(path))
      if (!isSealed(stored)) return null
      return Buffer.from(Buffer.from(this.#seal.open(stored, placeOf(path))).toString(), 'base64')
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    }
  }

  async remove(path: string): Promise<void> {
    await nodeDisk.remove(this.#copyOf(path))
  }

  /** The file has another path now. */
  async moved(from: string, to: string): Promise<void> {
    const [bytes, made] = await Promise.all([this.bytes(from), this.of(from)])
    if (bytes === null || made === null) return
    await this.keep(to, bytes)
    const time = new Date(made.last_modified)
    await utimes(this.#copyOf(to), time, time)
    await this.remove(from)
  }

  #copyOf(path: string): string {
    return join(this.#folder, createHash('sha256').update(path).digest('hex'))
  }
}

const placeOf = (path: string): string => `checkpoint ${path}`
