/** The update log on SQLite: written by the writing thread, read on this side's own connection. */
import { crc32 } from 'node:zlib'
import { StoreError } from './errors.ts'
import type { StoredDocument, UpdateLog } from './ports.ts'
import type { Queryable } from './reader.ts'
import { bytes, integer, integerOrNull, type Row, text } from './row.ts'
import type { Requests } from './writer.ts'

export class SqliteUpdates implements UpdateLog {
  readonly #writer: Requests
  readonly #db: Queryable

  constructor(writer: Requests, db: Queryable) {
    this.#writer = writer
    this.#db = db
  }

  async create(document: Parameters<UpdateLog['create']>[0]): Promise<void> {
    const seed = own(document.seed)
    await this.#writer.request({ type: 'createDocument', ...document, seed }, [seed.buffer])
  }

  async append(documentId: string, updates: readonly Uint8Array[]): Promise<void> {
    const owned = updates.map(own)
    await this.#writer.request(
      { type: 'appendUpdates', documentId, updates: owned },
      owned.map(({ buffer }) => buffer),
    )
  }

  async load(documentId: string): Promise<StoredDocument | null> {
    const rows = this.#db
      .prepare(
        `SELECT epoch, path, seq, bytes, sum FROM documents JOIN updates ON updates.document = documents.number
         WHERE documents.document = ? ORDER BY seq`,
      )
      .all(documentId)
    const last = rows.at(-1)
    if (last === undefined) return null
    return {
      documentId,
      epoch: text(last, 'epoch'),
      path: text(last, 'path'),
      updates: rows.map(updateOf),
      lastSeq: integer(last, 'seq'),
    }
  }

  async findByPath(path: string): Promise<string | null> {
    const row = this.#db.prepare('SELECT document FROM documents WHERE path = ?').get(path)
    return row === undefined ? null : text(row, 'document')
  }

  async all(): Promise<readonly string[]> {
    const rows = this.#db.prepare('SELECT document FROM documents ORDER BY number').all()
    return rows.map((row) => text(row, 'document'))
  }

  async replace(documentId: string, update: Uint8Array, lastSeq: number): Promise<void> {
    const owned = own(update)
    await this.#writer.request({ type: 'replaceUpdates', documentId, update: owned, lastSeq }, [owned.buffer])
  }

  async move(from: string, to: string): Promise<void> {
    await this.#writer.request({ type: 'moveDocuments', from, to })
  }

  async remove(documentId: string): Promise<void> {
    await this.#writer.request({ type: 'removeDocument', documentId })
  }
}

/** Updates from before they had a checksum are taken as they are. */
function updateOf(row: Row): Uint8Array {
  const update = bytes(row, 'bytes')
  const sum = integerOrNull(row, 'sum')
  if (sum === null || sum === crc32(update)) return update
  throw new StoreError('damaged', `update ${integer(row, 'seq')} of "${text(row, 'path')}" is damaged`)
}

/** A copy in a buffer of its own: a view may share its buffer with others, which must not travel along. */
export function own(view: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(view.byteLength)
  copy.set(view)
  return copy
}
