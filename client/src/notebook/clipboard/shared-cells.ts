/**
 * The cells that were copied last, for all pages of this browser that are open at this address. Where the browser stores
 * nothing (a private window), they live as long as the page.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { CellCopy } from '../cell-copy.ts'
import { readCells, writeCells } from './cells-data.ts'

interface Schema extends DBSchema {
  copied: { key: string; value: string }
}

const KEY = 'cells'

class SharedCells {
  #cells: readonly CellCopy[] = []
  #db: Promise<IDBPDatabase<Schema> | null> | null = null
  #last: Promise<unknown> = Promise.resolve()

  set(cells: readonly CellCopy[]): void {
    this.#cells = cells
    void this.#inTurn((db) =>
      // Without room for these, older cells must not be taken for them.
      db.put('copied', writeCells(cells), KEY).catch(() => db.delete('copied', KEY)),
    )
  }

  async get(): Promise<readonly CellCopy[]> {
    const stored = await this.#inTurn((db) => db.get('copied', KEY))
    return stored === undefined ? this.#cells : readCells(stored)
  }

  /** Undefined where the browser stores nothing. */
  #inTurn<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T | undefined> {
    const turn = this.#last.then(async () => {
      this.#db ??= openDB<Schema>('yesterday.clipboard', 1, {
        upgrade: (db) => void db.createObjectStore('copied'),
      }).catch(() => null)
      const db = await this.#db
      return db === null ? undefined : work(db)
    })
    const settled = turn.catch(() => undefined)
    this.#last = settled
    return settled
  }
}

export const sharedCells = new SharedCells()
