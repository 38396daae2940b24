/**
 * Notebooks of the project for Jupyter clients. Invariant: a notebook is read and written through its document, so that a
 * client and the people in the page lose nothing of each other.
 */
import { Readable } from 'node:stream'
import type { Masker } from '@yesterday/kernel-bridge'
import type { Actor } from '../../../contract/actor.ts'
import { readRegular } from '../../disk/regular-file.ts'
import { nodeDisk } from '../../document/disk.ts'
import type { DocumentRooms } from '../../document/documents.ts'
import type { Refusal } from '../../document/ports.ts'
import { readWhereFits } from '../../document/read-apart.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import { upload } from '../../files/upload.ts'
import type { FoundEntry } from './model.ts'
import { ServedForms } from './served-forms.ts'

export interface FileParts {
  /** The project folder's real path. */
  readonly root: string
  readonly documents: Pick<DocumentRooms, 'open' | 'hold' | 'save' | 'formOf' | 'merge'>
  readonly masker: Masker
}

/** Why a file cannot be opened as a notebook: a client may replace it then. */
const UNREADABLE = 422

type Read =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly refusal: Refusal }

export class NotebookFiles {
  readonly #parts: FileParts
  readonly #served = new ServedForms()

  constructor(parts: FileParts) {
    this.#parts = parts
  }

  /** The bytes of a notebook's file, which has the last edits. The client that asked knows them from now on. */
  async read({ absolute, model: { path } }: FoundEntry): Promise<Read> {
    const { documents } = this.#parts
    const opened = await documents.open(path)
    if (!opened.ok) return { ok: false, refusal: unreadable(opened.refusal) }
    const { id, writable } = opened.document
    if (writable) await documents.save(id)
    // Before the bytes are read: a client that knows more than was noted loses nothing.
    this.#served.add(id, documents.formOf(id))
    return { ok: true, bytes: await readRegular(absolute) }
  }

  /** Merges what a client sends into a notebook that is there; null, or why not. */
  async save(
    { absolute, model: { path } }: FoundEntry,
    bytes: Uint8Array,
    by: Actor,
  ): Promise<Refusal | null> {
    const sent = await readWhereFits(async () => bytes, this.#parts.masker)
    if (!sent.ok) return unreadable(sent.refusal)
    const opened = await this.#parts.documents.open(path)
    if (!opened.ok && opened.refusal.status === UNREADABLE) return replaceFile(absolute, path, bytes)
    if (!opened.ok) return opened.refusal
    const { id, writable } = opened.document
    if (!writable) return notWritable(path)
    const base = this.#served.baseOf(id, sent.file.form)
    return this.#merge(id, path, { ...sent, by }, base)
  }

  /** Brings a notebook that is there to what these bytes say; null, or why not. */
  async restore(
    { absolute, model: { path } }: FoundEntry,
    bytes: Uint8Array,
    by: Actor,
  ): Promise<Refusal | null> {
    const read = await readWhereFits(async () => bytes, this.#parts.masker)
    const opened = await this.#parts.documents.open(path)
    if (!read.ok || !opened.ok) return replaceFile(absolute, path, bytes)
    const { id, writable } = opened.document
    if (!writable) return notWritable(path)
    await this.#parts.documents.save(id)
    return this.#merge(id, path, { ...read, by }, this.#parts.documents.formOf(id))
  }

  async #merge(
    id: string,
    path: string,
    ...[sent, base]: DropFirst<Parameters<DocumentRooms['merge']>>
  ): Promise<Refusal | null> {
    const { documents } = this.#parts
    const release = documents.hold(id)
    try {
      this.#served.add(id, await documents.merge(id, sent, base))
      return null
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const message = `“${path}” was not saved: ${error.message}`
      return { code: 'notSaved', status: 500, message, hint: 'Its edits are in the open document.' }
    } finally {
      release()
    }
  }
}

type DropFirst<T extends readonly unknown[]> = T extends readonly [unknown, ...infer Rest] ? Rest : never

const unreadable = (refusal: Refusal): Refusal =>
  refusal.status === UNREADABLE ? { ...refusal, status: 400 } : refusal

const notWritable = (path: string): Refusal => ({
  code: 'notAllowed',
  status: 403,
  message: `The system does not let this server change “${path}”.`,
  hint: 'Check its permissions.',
})

/** Replaces a file and keeps its attributes; null, or why not. */
export async function replaceFile(
  absolute: string,
  path: string,
  bytes: Uint8Array,
): Promise<Refusal | null> {
  try {
    await nodeDisk.replace(absolute, [bytes])
    return null
  } catch (error) {
    return diskRefusal(error, path)
  }
}

/** Creates a file that is not there; null, or why not. */
export async function createFile(root: string, path: string, bytes: Uint8Array): Promise<Refusal | null> {
  const stream = Readable.from([bytes])
  const stored = await upload(root, { path, stream, length: bytes.length, overwrite: false })
  return stored.ok ? null : stored.refusal
}
