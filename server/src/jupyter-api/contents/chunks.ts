/**
 * Files that come in parts. Invariant: a file has its name only when its last part is there; parts come in order, and
 * few files come at one time.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Refusal } from '../../document/ports.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import { locateCreated } from '../../files/locate.ts'
import { UPLOAD_LIMIT } from '../../files/upload.ts'

const MOST_UPLOADS = 16
/** An upload without a new part for as long is given up, ms. */
const IDLE_MS = 10 * 60_000

interface Incoming {
  readonly temporary: string
  readonly target: string
  readonly file: FileHandle
  next: number
  size: number
  idle: NodeJS.Timeout
}

/** What is there after a part: `isDone` after the last. */
export type Part =
  | { readonly ok: true; readonly isDone: boolean; readonly temporary: string; readonly size: number }
  | { readonly ok: false; readonly refusal: Refusal }

export class Chunks {
  readonly #root: string
  readonly #incoming = new Map<string, Incoming>()

  constructor(root: string) {
    this.#root = root
  }

  /** Appends a part. `chunk` 1 begins a file, -1 ends it; `key` names the sender and the path. */
  async take(key: string, path: string, chunk: number, bytes: Uint8Array): Promise<Part> {
    try {
      if (chunk === 1) await this.#begin(key, path)
      const incoming = this.#incoming.get(key)
      if (incoming === undefined || (chunk !== -1 && chunk !== incoming.next))
        return refused(outOfOrder(path))
      return await this.#append(key, incoming, chunk, bytes)
    } catch (error) {
      await this.#drop(key)
      if (error instanceof UploadError) return refused(error.refusal)
      return refused(diskRefusal(error, path))
    }
  }

  /** Gives the file that has come whole its name. */
  async place({ temporary }: { readonly temporary: string }, target: string): Promise<void> {
    await rename(temporary, target)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#incoming.keys()].map((key) => this.#drop(key)))
  }

  async #begin(key: string, path: string): Promise<void> {
    await this.#drop(key)
    if (this.#incoming.size >= MOST_UPLOADS) throw new UploadError(tooMany)
    const target = await locateCreated(this.#root, path)
    if (!target.ok) throw new UploadError(target.refusal)
    const temporary = join(dirname(target.absolute), `.upload-${randomBytes(8).toString('hex')}`)
    const file = await open(temporary, 'wx')
    const idle = setTimeout(() => this.#giveUp(key), IDLE_MS).unref()
    this.#incoming.set(key, { temporary, target: target.absolute, file, next: 1, size: 0, idle })
  }

  async #append(key: string, incoming: Incoming, chunk: number, bytes: Uint8Array): Promise<Part> {
    incoming.idle.refresh()
    incoming.size += bytes.length
    if (incoming.size > UPLOAD_LIMIT) throw new UploadError(tooLarge)
    await incoming.file.writeFile(bytes)
    incoming.next++
    const { temporary, size } = incoming
    if (chunk !== -1) return { ok: true, isDone: false, temporary, size }
    await incoming.file.sync()
    await incoming.file.close()
    clearTimeout(incoming.idle)
    this.#incoming.delete(key)
    return { ok: true, isDone: true, temporary, size }
  }

  #giveUp(key: string): void {
    this.#drop(key).catch(() => undefined)
  }

  async #drop(key: string): Promise<void> {
    const incoming = this.#incoming.get(key)
    if (incoming === undefined) return
    this.#incoming.delete(key)
    clearTimeout(incoming.idle)
    await incoming.file.close()
    await rm(incoming.temporary, { force: true })
  }
}

class UploadError extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

const refused = (refusal: Refusal): Part => ({ ok: false, refusal })
const outOfOrder = (path: string): Refusal => ({
  code: 'badRequest',
  status: 400,
  message: `This part of “${path}” does not follow the last one. Nothing was changed.`,
  hint: 'Send the file again, from part 1.',
})
const tooMany: Refusal = {
  code: 'busy',
  status: 409,
  message: `${MOST_UPLOADS} files are being uploaded already.`,
  hint: 'Try again when one of them is done.',
}
const tooLarge: Refusal = {
  code: 'tooLarge',
  status: 413,
  message: `The file is larger than ${UPLOAD_LIMIT / 1024 ** 2} MiB, the most that can be uploaded.`,
}
