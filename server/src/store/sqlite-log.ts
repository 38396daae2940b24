/** The run log on SQLite: appended by the writing thread, read in pages so that no reader holds the database. */
import type { DatabaseSync } from 'node:sqlite'
import { parseEntry } from './index-writer.ts'
import type { LogEntry } from './log-entry.ts'
import type { RunLog } from './ports.ts'
import { integer } from './row.ts'
import type { Requests } from './writer.ts'

const PAGE = 500

export class SqliteLog implements RunLog {
  readonly #writer: Requests
  readonly #db: DatabaseSync

  constructor(writer: Requests, db: DatabaseSync) {
    this.#writer = writer
    this.#db = db
  }

  async append(entries: readonly LogEntry[]): Promise<void> {
    await this.#writer.request({ type: 'append', entries })
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
