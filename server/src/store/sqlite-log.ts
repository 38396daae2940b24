/** The run log on SQLite: appended by the writing thread, read in pages so that no reader holds the database. */

import { digestOf } from '../disk/digest.ts'
import type { Heads } from './chain/heads.ts'
import { redactRequest } from './chain/redact.ts'
import type { SigningKey } from './chain/signing-key.ts'
import { parseEntry } from './index-writer.ts'
import type { LogEntry } from './log-entry.ts'
import type { ObjectStore, Redaction, RunLog } from './ports.ts'
import type { Queryable } from './reader.ts'
import { integer } from './row.ts'
import { isRow } from './sqlite-objects.ts'
import { own } from './sqlite-updates.ts'
import type { Requests } from './writer.ts'

const PAGE = 500

export interface SqliteLogParts {
  readonly writer: Requests
  readonly db: Queryable
  readonly objects: ObjectStore
  readonly key: () => SigningKey
  readonly heads: Pick<Heads, 'appended'>
}

export class SqliteLog implements RunLog {
  readonly #writer: Requests
  readonly #db: Queryable
  readonly #objects: ObjectStore
  readonly #key: () => SigningKey
  readonly #heads: Pick<Heads, 'appended'>

  constructor({ writer, db, objects, key, heads }: SqliteLogParts) {
    this.#writer = writer
    this.#db = db
    this.#objects = objects
    this.#key = key
    this.#heads = heads
  }

  async append(entries: readonly LogEntry[], blobs: readonly Uint8Array[] = []): Promise<void> {
    const rows = blobs.filter(isRow).map(own)
    await Promise.all(blobs.filter((blob) => !isRow(blob)).map((blob) => this.#objects.put(blob)))
    await this.#writer.request(
      { type: 'append', entries, blobs: rows.map((bytes) => ({ digest: digestOf(bytes), bytes })) },
      rows.map(({ buffer }) => buffer),
    )
    this.#heads.appended(entries.length)
  }

  async redact(redaction: Redaction): Promise<void> {
    await this.#writer.request(redactRequest(this.#db, this.#key(), redaction))
    this.#heads.appended(1)
    await this.#objects.remove(redaction.objects)
    await this.#writer.request({ type: 'scrub' })
  }

  async *read(after = 0): AsyncGenerator<{ readonly seq: number; readonly entry: LogEntry }> {
    const page = this.#db.prepare('SELECT seq, body FROM log WHERE seq > ? ORDER BY seq LIMIT ?')
    let last = after
    for (;;) {
      const rows = page.all(last, PAGE)
      for (const row of rows) {
        last = integer(row, 'seq')
        yield { seq: last, entry: parseEntry(row) }
      }
      if (rows.length < PAGE) return
    }
  }
}
