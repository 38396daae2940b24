/** The update log on SQLite: written by the writing thread, read on this side's own connection. */
import type { DatabaseSync } from 'node:sqlite'
import type { StoredDocument, UpdateLog } from './ports.ts'
import { bytes, integer, text } from './row.ts'
import type { Requests } from './writer.ts'

export class SqliteUpdates implements UpdateLog {
  readonly #writer: Requests
  readonly #db: DatabaseSync

  constructor(writer: Requests, db: DatabaseSync) {
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
        `SELECT epoch, path, seq, bytes FROM documents JOIN updates ON updates.document = documents.number
         WHERE documents.document = ? ORDER BY seq`,
      )
      .all(documentId)
    const last = rows.at(-1)
    if (last === undefined) return null
    return {
      documentId,
      epoch: text(last, 'epoch'),
      path: text(last, 'path'),
      updates: rows.map((row) => bytes(row, 'bytes')),
      lastSeq: integer(last, 'seq'),
    }
  }

  async findByPath(path: string): Promise<string | null> {
    const row = this.#db.prepare('SELECT document FROM documents WHERE path = ?').get(path)
    return row === undefined ? null : text(row, 'document')
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

/** A copy in a buffer of its own: a view may share its buffer with others, which must not travel along. */
export function own(view: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(view.byteLength)
  copy.set(view)
  return copy
}
