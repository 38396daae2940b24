/**
 * Who edited each cell last, and when. Invariant: person and time come from the connection that brought the edit and from
 * this clock. They are kept when it is calm, in a document of their own in the update log.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import * as Y from 'yjs'
import { cellId, cellsOf } from '../../contract/document.ts'
import { CellEdit } from '../../contract/edits.ts'
import type { UpdateLog } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import type { DocumentRooms } from './documents.ts'
import { editedCells } from './edited-cells.ts'
import type { LiveDocument } from './live-document.ts'
import type { Speaker } from './presence.ts'

export interface LastEditsInit {
  readonly updates: UpdateLog
  readonly documents: Pick<DocumentRooms, 'openById'>
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
  timer: NodeJS.Timeout | null
}

const CALM_MS = 1500

export class LastEdits {
  readonly #init: Required<LastEditsInit>
  readonly #open = new Map<string, Promise<Open>>()
  readonly #listeners = new Set<(notebook: string, edits: readonly CellEdit[]) => void>()

  constructor(init: LastEditsInit) {
    this.#init = { now: () => new Date().toISOString(), calmMs: CALM_MS, ...init }
  }

  onEdited(listener: (notebook: string, edits: readonly CellEdit[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The last edit of each cell that is there; follows the notebook from now on. Null if there is no such notebook. */
  async list(notebook: string): Promise<readonly CellEdit[] | null> {
    const live = await this.#init.documents.openById(notebook)
    if (live === null) return null
    let opening = this.#open.get(notebook)
    if (opening === undefined || (await opening).live !== live) {
      opening = this.#follow(live)
      this.#open.set(notebook, opening)
    }
    const there = new Set(cellsOf(live.doc).map(cellId))
    return [...(await opening).edits.values()].filter(({ cell }) => there.has(cell))
  }

  /** Keeps what waits for calm. */
  async close(): Promise<void> {
    for (const opening of [...this.#open.values()]) await this.#keep(await opening)
  }

  async #follow(live: LiveDocument): Promise<Open> {
    const stored = await this.#init.updates.load(idOf(live.id))
    const kept = mapOf(stored?.updates ?? [])
    const edits = [...kept.values()].flatMap((value) => CellEdit.safeParse(value).data ?? [])
    const open: Open = {
      live,
      edits: new Map(edits.map((one) => [one.cell, one])),
      changed: new Set(),
      timer: null,
    }
    live.onEdited((transaction, sender) => {
      if (isSpeaker(sender)) this.#edited(open, transaction, sender)
    })
    live.doc.on('destroy', () => this.#open.delete(live.id))
    return open
  }

  #edited(open: Open, transaction: Y.Transaction, { actor }: Speaker): void {
    const at = this.#init.now()
    for (const { cell, isNew } of editedCells(transaction)) {
      if (isNew && open.edits.has(cell)) continue
      open.edits.set(cell, { cell, by: { id: actor.id, name: actor.name }, at })
      open.changed.add(cell)
    }
    if (open.changed.size === 0 || open.timer !== null) return
    open.timer = setTimeout(
      () => inBackground(this.#keep(open), 'keeping who edited cells'),
      this.#init.calmMs,
    )
  }

  /** The whole is kept each time: it is one small entry for each cell. */
  async #keep(open: Open): Promise<void> {
    if (open.timer !== null) clearTimeout(open.timer)
    open.timer = null
    const changed = [...open.changed].flatMap((cell) => open.edits.get(cell) ?? [])
    open.changed.clear()
    if (changed.length === 0) return
    for (const listener of this.#listeners) listener(open.live.id, changed)
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

const isSpeaker = (sender: object): sender is Speaker => 'actor' in sender
