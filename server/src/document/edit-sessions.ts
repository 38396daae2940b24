/**
 * Who edited a notebook from when to when, from the last edits of its cells. Invariant: it is bounded, and is kept a few
 * seconds after an edit in a document of its own in the update log; a crash costs these seconds of it and no edit.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import * as Y from 'yjs'
import { EDIT_SESSION_LIMITS, EditSession } from '../../contract/activity.ts'
import type { CellEdit } from '../../contract/edits.ts'
import type { UpdateLog } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'

export interface EditSessionsInit {
  readonly updates: UpdateLog
  readonly newId: () => string
  readonly keepMs?: number
}

interface Kept {
  sessions: readonly EditSession[]
  timer: NodeJS.Timeout | null
}

/** A longer pause begins another session, ms. */
const PAUSE_MS = 10 * 60_000
const KEEP_MS = 5_000
/** A person's own session is looked for among so many: others edit at the same time. */
const BESIDE = 20

export class EditSessions {
  readonly #init: Required<EditSessionsInit>
  readonly #known = new Map<string, Promise<Kept>>()

  constructor(init: EditSessionsInit) {
    this.#init = { keepMs: KEEP_MS, ...init }
  }

  /** Takes edits in; they are listed in a moment. */
  readonly record = (notebook: string, edits: readonly CellEdit[]): void =>
    inBackground(this.#take(notebook, edits), 'recording who edited a notebook')

  async #take(notebook: string, edits: readonly CellEdit[]): Promise<void> {
    const kept = await this.#of(notebook)
    kept.sessions = edits.reduce(withEdit, kept.sessions)
    kept.timer ??= setTimeout(
      () => inBackground(this.#keep(notebook, kept), 'keeping who edited a notebook'),
      this.#init.keepMs,
    )
  }

  /** Oldest first. */
  async list(notebook: string): Promise<readonly EditSession[]> {
    return (await this.#of(notebook)).sessions
  }

  /** Keeps what is not kept yet. */
  async close(): Promise<void> {
    for (const [notebook, known] of this.#known) {
      const kept = await known
      if (kept.timer !== null) await this.#keep(notebook, kept)
    }
  }

  #of(notebook: string): Promise<Kept> {
    const known = this.#known.get(notebook)
    if (known !== undefined) return known
    const reading = this.#read(notebook)
    this.#known.set(notebook, reading)
    reading.catch(() => this.#known.delete(notebook))
    return reading
  }

  async #read(notebook: string): Promise<Kept> {
    const stored = await this.#init.updates.load(idOf(notebook))
    const doc = new Y.Doc()
    for (const update of stored?.updates ?? []) Y.applyUpdate(doc, update)
    const sessions = doc.getArray('sessions').toArray()
    return { sessions: sessions.flatMap((one) => EditSession.safeParse(one).data ?? []), timer: null }
  }

  async #keep(notebook: string, kept: Kept): Promise<void> {
    if (kept.timer !== null) clearTimeout(kept.timer)
    kept.timer = null
    const { updates, newId } = this.#init
    const doc = new Y.Doc()
    doc.getArray('sessions').push([...kept.sessions])
    const update = Y.encodeStateAsUpdate(doc)
    const [id, stored] = [idOf(notebook), await updates.load(idOf(notebook))]
    if (stored !== null) return updates.replace(id, update, stored.lastSeq)
    await updates.create({
      documentId: id,
      epoch: newId(),
      path: `${FOLDER}/activity/${notebook}`,
      seed: update,
    })
  }
}

/** pure. The sessions with one more edit. */
export function withEdit(
  sessions: readonly EditSession[],
  { by, at, cell }: CellEdit,
): readonly EditSession[] {
  if (by === null) return sessions
  const place = sessions.findLastIndex((one, n) => n >= sessions.length - BESIDE && one.by.id === by.id)
  const open = sessions[place]
  if (open === undefined || Date.parse(at) - Date.parse(open.to) > PAUSE_MS) {
    const session = { by, from: at, to: at, cells: [cell], count: 1 }
    return [...sessions, session].slice(-EDIT_SESSION_LIMITS.sessions)
  }
  const cells = [...open.cells.filter((one) => one !== cell), cell].slice(-EDIT_SESSION_LIMITS.cells)
  const count = Math.max(cells.length, open.cells.includes(cell) ? open.count : open.count + 1)
  return sessions.with(place, { ...open, by, to: at > open.to ? at : open.to, cells, count })
}

/** No notebook has such an id, as it has a dot. */
const idOf = (notebook: string): string => `activity.${notebook}`
