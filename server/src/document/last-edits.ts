/**
 * Who edited each cell last, and when. Invariant: person and time come from the connection that brought the edit, or from
 * the request that made the server edit, and from this clock. They are kept when it is calm, in a document of their own in the update log.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import * as Y from 'yjs'
import { cellId, cellsOf } from '../../contract/document.ts'
import { CellEdit } from '../../contract/edits.ts'
import type { UpdateLog } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import type { DocumentRooms } from './documents.ts'
import { editedCells } from './edited-cells.ts'
import type { Editor } from './edited-for.ts'
import type { LiveDocument } from './live-document.ts'

export interface LastEditsInit {
  readonly updates: UpdateLog
  readonly documents: Pick<DocumentRooms, 'openById' | 'onOpened'>
  readonly newId: () => string
  readonly now?: () => string
  /** So long edits are gathered before they are kept and shown, ms. */
  readonly calmMs?: number
}

interface Open {
  readonly live: LiveDocument
  readonly edits: Map<string, CellEdit>
  /** Cells whose edit is not kept yet. */
  readonly changed: Set<string>
  /** What cells said that went, newest last: one that comes back as it was has the editor it had. */
  readonly went: Map<string, string>
  /** Reads what is kept; null before, and after it failed. */
  reading: Promise<void> | null
  timer: NodeJS.Timeout | null
  /** Settles when the last write has ended: they are made one at a time. */
  kept: Promise<void>
}

const CALM_MS = 1500
/** Cells that went are known so far back. */
const MOST_WENT = 10_000

export class LastEdits {
  readonly #init: Required<LastEditsInit>
  readonly #open = new Map<string, Open>()
  readonly #listeners = new Set<(notebook: string, edits: readonly CellEdit[]) => void>()
  readonly #stop: () => void

  constructor(init: LastEditsInit) {
    this.#init = { now: () => new Date().toISOString(), calmMs: CALM_MS, ...init }
    this.#stop = init.documents.onOpened((live) => this.#follow(live))
  }

  onEdited(listener: (notebook: string, edits: readonly CellEdit[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The last edit of each cell that is there. Null if there is no such notebook. */
  async list(notebook: string): Promise<readonly CellEdit[] | null> {
    const live = await this.#init.documents.openById(notebook)
    if (live === null) return null
    const open = this.#open.get(notebook) ?? this.#follow(live)
    await this.#read(open)
    const there = new Set(cellsOf(live.doc).map(cellId))
    return [...open.edits.values()].filter(({ cell }) => there.has(cell))
  }

  /** Keeps what waits for calm. */
  async close(): Promise<void> {
    this.#stop()
    for (const open of [...this.#open.values()]) await this.#keep(open)
  }

  /** From its opening on, so that no edit is missed; what is kept is read when it is needed. */
  #follow(live: LiveDocument): Open {
    const open: Open = {
      ...{ live, edits: new Map(), changed: new Set(), went: new Map() },
      ...{ reading: null, timer: null, kept: Promise.resolve() },
    }
    this.#open.set(live.id, open)
    live.onEdited((transaction, sender) => {
      if (isEditor(sender)) this.#edited(open, transaction, sender)
    })
    live.doc.on('destroy', () => {
      if (this.#open.get(live.id) === open) this.#open.delete(live.id)
    })
    return open
  }

  /** Adds what is kept to what was edited since. */
  #read(open: Open): Promise<void> {
    const read = async (): Promise<void> => {
      const stored = await this.#init.updates.load(idOf(open.live.id))
      for (const value of mapOf(stored?.updates ?? []).values()) {
        const edit = CellEdit.safeParse(value).data
        if (edit !== undefined && !open.edits.has(edit.cell)) open.edits.set(edit.cell, edit)
      }
    }
    open.reading ??= read().catch((error: unknown) => {
      open.reading = null
      throw error
    })
    return open.reading
  }

  #edited(open: Open, transaction: Y.Transaction, { actor }: Editor): void {
    const at = this.#init.now()
    const { edited, came, went } = editedCells(transaction)
    for (const [cell, said] of went) {
      open.went.delete(cell)
      open.went.set(cell, said)
    }
    for (const cell of open.went.keys()) {
      if (open.went.size <= MOST_WENT) break
      open.went.delete(cell)
    }
    const written = [...came].filter(([cell, said]) => open.went.get(cell) !== said)
    for (const cell of [...edited, ...written.map(([id]) => id)]) {
      open.edits.set(cell, { cell, by: actor && { id: actor.id, name: actor.name }, at })
      open.changed.add(cell)
    }
    if (open.changed.size === 0 || open.timer !== null) return
    open.timer = setTimeout(
      () => inBackground(this.#keep(open), 'keeping who edited cells'),
      this.#init.calmMs,
    )
  }

  /** The whole is kept each time: it is one small entry for each cell. */
  #keep(open: Open): Promise<void> {
    open.kept = open.kept.catch(() => undefined).then(() => this.#keepNow(open))
    return open.kept
  }

  async #keepNow(open: Open): Promise<void> {
    if (open.timer !== null) clearTimeout(open.timer)
    open.timer = null
    const changed = [...open.changed].flatMap((cell) => open.edits.get(cell) ?? [])
    open.changed.clear()
    if (changed.length === 0) return
    for (const listener of this.#listeners) listener(open.live.id, changed)
    await this.#read(open)
    const doc = new Y.Doc()
    doc.transact(() => {
      for (const [cell, edit] of open.edits) doc.getMap('edits').set(cell, edit)
    })
    await this.#replace(open.live, Y.encodeStateAsUpdate(doc))
  }

  async #replace({ id }: LiveDocument, update: Uint8Array): Promise<void> {
    const { updates, newId } = this.#init
    const stored = await updates.load(idOf(id))
    if (stored !== null) return updates.replace(idOf(id), update, stored.lastSeq)
    const path = `${FOLDER}/edits/${id}`
    await updates.create({ documentId: idOf(id), epoch: newId(), path, seed: update })
  }
}

/** No notebook has such an id, as it has a dot. */
const idOf = (notebook: string): string => `edits.${notebook}`

function mapOf(updates: readonly Uint8Array[]): Y.Map<unknown> {
  const doc = new Y.Doc()
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc.getMap('edits')
}

const isEditor = (sender: object): sender is Editor => 'actor' in sender
