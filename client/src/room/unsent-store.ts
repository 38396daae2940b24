/**
 * Edits that the server has not called durable, kept in this browser until it has: they outlive a reload, a crash of the
 * page and a server that is away. Invariant: what is kept of a page is removed only after the server has acknowledged it,
 * and is taken over by another page only when the first is gone.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { z } from 'zod'

const Edit = z.object({
  cell: z.string(),
  type: z.enum(['code', 'markdown', 'raw']),
  base: z.string().nullable(),
  mine: z.string(),
  after: z.string().nullable(),
})
const Kept = z.object({
  /** One life of a notebook in a page. */
  life: z.string(),
  documentId: z.string(),
  epoch: z.string(),
  path: z.string(),
  /** When the last of these edits was made, ms since 1970. */
  at: z.number(),
  /** The edits as text per cell, for a document of another epoch. */
  texts: z.array(Edit),
})
export type KeptEdits = z.infer<typeof Kept>

/** Edits that a page left behind. `updates` fit a document of their epoch alone. */
export type LeftEdits = KeptEdits & { readonly updates: readonly Uint8Array[] }

export interface UnsentStore {
  /** Adds updates to what is kept of a life. */
  keep(edits: KeptEdits, updates: readonly Uint8Array[]): Promise<void>
  forget(life: string): Promise<void>
  /** What pages that are gone left of this document, or of another at the same path; the oldest first. */
  left(documentId: string, path: string): Promise<readonly LeftEdits[]>
  /** Brings edits to another document as text. */
  readdress(life: string, to: { readonly documentId: string; readonly path: string }): Promise<void>
  /** Says that a life goes on, until the answer is called. */
  live(life: string): () => void
}

interface Schema extends DBSchema {
  lives: { key: string; value: unknown }
  updates: { key: [life: string, count: number]; value: { life: string; count: number; update: Uint8Array } }
}

const NAME = 'yesterday.unsent'
const VERSION = 1

const open = async (): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore('lives', { keyPath: 'life' })
      db.createObjectStore('updates', { keyPath: ['life', 'count'] })
    },
  })

/** The store of this browser. Where it keeps nothing (a private window), edits live as long as the page. */
export class BrowserUnsentStore implements UnsentStore {
  #db: Promise<IDBPDatabase<Schema> | null> | null = null
  readonly #locks = globalThis.navigator?.locks
  readonly #counts = new Map<string, number>()
  readonly #alive = new Set<string>()
  #last: Promise<unknown> = Promise.resolve()

  keep(edits: KeptEdits, updates: readonly Uint8Array[]): Promise<void> {
    return this.#inTurn(async (db) => {
      const change = db.transaction(['lives', 'updates'], 'readwrite', { durability: 'strict' })
      const { life } = edits
      let count = this.#counts.get(life) ?? 0
      void change.objectStore('lives').put(edits)
      for (const update of updates) void change.objectStore('updates').put({ life, count: count++, update })
      this.#counts.set(life, count)
      await change.done
    })
  }

  forget(life: string): Promise<void> {
    return this.#inTurn(async (db) => {
      const change = db.transaction(['lives', 'updates'], 'readwrite')
      void change.objectStore('lives').delete(life)
      void change.objectStore('updates').delete(updatesOf(life))
      await change.done
    })
  }

  async left(documentId: string, path: string): Promise<readonly LeftEdits[]> {
    const found: LeftEdits[] = []
    await this.#inTurn(async (db) => {
      for (const record of await db.getAll('lives')) {
        const saved = Kept.safeParse(record).data
        if (saved === undefined || (saved.documentId !== documentId && saved.path !== path)) continue
        if (await this.#isAlive(saved.life)) continue
        const rows = await db.getAll('updates', updatesOf(saved.life))
        found.push({ ...saved, updates: rows.map(({ update }) => update) })
      }
    })
    return found.sort((a, b) => a.at - b.at)
  }

  readdress(life: string, to: { readonly documentId: string; readonly path: string }): Promise<void> {
    return this.#inTurn(async (db) => {
      const change = db.transaction(['lives', 'updates'], 'readwrite')
      const saved = Kept.safeParse(await change.objectStore('lives').get(life)).data
      if (saved !== undefined) void change.objectStore('lives').put({ ...saved, ...to, epoch: '' })
      void change.objectStore('updates').delete(updatesOf(life))
      await change.done
    })
  }

  live(life: string): () => void {
    this.#alive.add(life)
    const ended = Promise.withResolvers<void>()
    void this.#locks?.request(NAME + life, () => ended.promise).catch(() => undefined)
    return () => {
      this.#alive.delete(life)
      ended.resolve()
    }
  }

  /** Pages of one browser know of each other by locks, which the browser releases when a page is gone. */
  async #isAlive(life: string): Promise<boolean> {
    if (this.#alive.has(life)) return true
    return (await this.#locks?.request(NAME + life, { ifAvailable: true }, (lock) => lock === null)) ?? false
  }

  /** One after the other; does nothing where the browser keeps nothing. Never rejects: an edit must go on. */
  async #inTurn(work: (db: IDBPDatabase<Schema>) => Promise<void>): Promise<void> {
    const turn = this.#last.then(async () => {
      this.#db ??= open().catch(() => null)
      const db = await this.#db
      if (db !== null) await work(db)
    })
    this.#last = turn.catch((error: unknown) => console.error('unsent edits could not be kept', error))
    await this.#last
  }
}

const updatesOf = (life: string): IDBKeyRange => IDBKeyRange.bound([life, 0], [life, Number.MAX_SAFE_INTEGER])

/** The store of this page. */
export const unsentStore: UnsentStore = new BrowserUnsentStore()
