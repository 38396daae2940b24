/** Blobs: few bytes in a row of `history.db`, many in a file. Both answer to the same digest. */
import { Digest } from '../../contract/ids.ts'
import { digestOf, digestOfMany } from '../disk/digest.ts'
import { DamagedObjectError } from './errors.ts'
import type { ObjectFiles } from './object-files.ts'
import type { ObjectStore } from './ports.ts'
import type { Queryable } from './reader.ts'
import { bytes as bytesOf, integer, text } from './row.ts'
import { own } from './sqlite-updates.ts'
import type { Requests } from './writer.ts'

/** Largest blob that is stored in the database, in bytes. */
const SMALL = 8192

/** True if the blob is stored in a row. */
export const isRow = (blob: Uint8Array): boolean => blob.byteLength <= SMALL

export class SqliteObjects implements ObjectStore {
  readonly #writer: Requests
  readonly #db: Queryable
  readonly #files: ObjectFiles

  constructor(writer: Requests, db: Queryable, files: ObjectFiles) {
    this.#writer = writer
    this.#db = db
    this.#files = files
  }

  async put(bytes: Uint8Array): Promise<Digest> {
    const owned = own(bytes)
    return isRow(owned) ? this.#putRow(owned) : this.#putFile(owned)
  }

  /** They are a file whatever their size: many bytes are what it is for. */
  putPages(...[pages]: Parameters<ObjectStore['putPages']>): ReturnType<ObjectStore['putPages']> {
    return this.#files.putPages(pages())
  }

  async get(digest: Digest): Promise<Uint8Array | null> {
    if (!Digest.safeParse(digest).success) return null
    const row = this.#db.prepare('SELECT bytes FROM blobs WHERE digest = ?').get(digest)
    const found = row === undefined ? await this.#files.get(digest) : bytesOf(row, 'bytes')
    if (found === null) return null
    const actual = isRow(found) ? digestOf(found) : await digestOfMany(own(found))
    if (actual !== digest) throw new DamagedObjectError(digest, actual)
    return found
  }

  async has(digest: Digest): Promise<boolean> {
    if (!Digest.safeParse(digest).success) return false
    return this.#hasRow(digest) || (await this.#files.has(digest))
  }

  async size(digest: Digest): Promise<number | null> {
    if (!Digest.safeParse(digest).success) return null
    const row = this.#db.prepare('SELECT length(bytes) AS size FROM blobs WHERE digest = ?').get(digest)
    return row === undefined ? this.#files.size(digest) : integer(row, 'size')
  }

  async remove(digests: readonly Digest[]): Promise<void> {
    await this.#writer.request({ type: 'removeBlobs', digests })
    for (const digest of digests) await this.#files.remove(digest)
  }

  async *list(): AsyncGenerator<Digest> {
    const page = this.#db.prepare('SELECT digest FROM blobs WHERE digest > ? ORDER BY digest LIMIT 500')
    let last = ''
    for (let rows = page.all(last); rows.length > 0; rows = page.all(last)) {
      for (const row of rows) {
        last = text(row, 'digest')
        yield last
      }
    }
    yield* this.#files.list()
  }

  #hasRow(digest: Digest): boolean {
    return this.#db.prepare('SELECT 1 FROM blobs WHERE digest = ?').get(digest) !== undefined
  }

  async #putRow(bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
    const digest = digestOf(bytes)
    if (!this.#hasRow(digest)) {
      await this.#writer.request({ type: 'putBlob', digest, bytes }, [bytes.buffer])
    }
    return digest
  }

  async #putFile(bytes: Uint8Array<ArrayBuffer>): Promise<Digest> {
    const digest = await digestOfMany(bytes)
    if (!(await this.#files.has(digest))) await this.#files.put(digest, bytes)
    return digest
  }
}
