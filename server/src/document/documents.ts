/**
 * The open notebooks of a project. Invariant: one live document per file, seeded here and nowhere else; what the
 * update log holds wins over what the file held when both are the same file.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as Y from 'yjs'
import { origin } from '../../contract/document.ts'
import type { ObjectStore, StoredDocument, UpdateLog } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import { type Agreement, Agreements } from './agreed.ts'
import { type AutosaveTimes, autosaveTimes } from './autosave.ts'
import { compacted } from './compaction.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { seedDocument } from './document-form.ts'
import { FileSync } from './file-sync.ts'
import { defineRoots, LiveDocument } from './live-document.ts'
import type { Documents, Opened } from './ports.ts'
import { type LoadedFile, loadFile } from './project-file.ts'

export interface DocumentsInit {
  /** The project folder. */
  readonly root: string
  readonly updates: UpdateLog
  readonly objects: ObjectStore
  readonly disk?: Disk
  readonly clock?: () => number
  /** Random hex digits, for ids. */
  readonly random?: () => string
  readonly wait?: (ms: number) => Promise<void>
  readonly times?: AutosaveTimes
  /** Largest file, in bytes. */
  readonly limit?: number
  /** How long a notebook stays open after the last hold on it, ms. */
  readonly graceMs?: number
}

/** `Documents`, and what rooms need beside it. */
export interface DocumentRooms extends Documents {
  live(id: string): LiveDocument | null
  /** Opens by id, for a socket that comes back after a restart; null when there is no such document any more. */
  openById(id: string): Promise<LiveDocument | null>
}

type NoticeListener = Parameters<Documents['onNotice']>[0]

interface Open {
  readonly live: LiveDocument
  readonly sync: FileSync
  holds: number
  closing: NodeJS.Timeout | null
}

const compactAfter = 500
/** A server that stops does not wait longer than this for a log that fails. */
const longestStopMs = 10_000

export const createDocuments = (init: DocumentsInit): DocumentRooms => new OpenDocuments(init)

class OpenDocuments implements DocumentRooms {
  readonly #init: Required<DocumentsInit>
  readonly #agreements: Agreements
  readonly #open = new Map<string, Open>()
  readonly #opening = new Map<string, Promise<Opened>>()
  readonly #listeners = new Set<NoticeListener>()

  constructor(init: DocumentsInit) {
    this.#init = {
      disk: nodeDisk,
      clock: Date.now,
      random: () => randomBytes(10).toString('hex'),
      wait: (ms) => sleep(ms, undefined, { ref: false }),
      times: autosaveTimes,
      limit: 128 * 1024 * 1024,
      graceMs: 30_000,
      ...init,
    }
    this.#agreements = new Agreements(this.#init.disk, join(init.root, FOLDER, 'agreed'))
  }

  open(path: string): Promise<Opened> {
    const under = this.#opening.get(path)
    if (under !== undefined) return under
    const opening = this.#openFile(path).finally(() => this.#opening.delete(path))
    this.#opening.set(path, opening)
    return opening
  }

  get(id: string): LiveDocument | null {
    return this.live(id)
  }

  live(id: string): LiveDocument | null {
    return this.#open.get(id)?.live ?? null
  }

  async openById(id: string): Promise<LiveDocument | null> {
    const live = this.live(id)
    if (live !== null) return live
    const stored = await this.#init.updates.load(id)
    if (stored === null) return null
    const opened = await this.open(stored.path)
    return opened.ok ? this.live(id) : null
  }

  hold(id: string): () => void {
    const open = this.#require(id)
    open.holds++
    if (open.closing !== null) clearTimeout(open.closing)
    open.closing = null
    let released = false
    return () => {
      if (released) return
      released = true
      open.holds--
      if (open.holds === 0) this.#closeLater(open)
    }
  }

  flushed(id: string): Promise<void> {
    return this.#require(id).live.flushed()
  }

  async save(id: string): Promise<void> {
    await this.#require(id).sync.save()
  }

  async moved(from: string, to: string): Promise<void> {
    await this.#init.updates.move(from, to)
    for (const { live, sync } of this.#open.values()) {
      const isBelow = live.path === from || live.path.startsWith(`${from}/`)
      if (isBelow) await sync.moved(to + live.path.slice(from.length))
    }
  }

  async removed(path: string): Promise<void> {
    for (const open of [...this.#open.values()]) {
      const { live } = open
      if (live.path !== path && !live.path.startsWith(`${path}/`)) continue
      this.#forget(open)
      live.gone()
      await this.#remove(live.id)
    }
    const closed = await this.#init.updates.findByPath(path)
    if (closed !== null) await this.#remove(closed)
  }

  async #remove(id: string): Promise<void> {
    await this.#init.updates.remove(id)
    await this.#agreements.remove(id)
  }

  onNotice(listener: NoticeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    await Promise.all(this.#opening.values())
    const open = [...this.#open.values()]
    await Promise.all(open.map((one) => Promise.race([this.#settle(one), this.#init.wait(longestStopMs)])))
    for (const one of open) this.#forget(one)
  }

  #require(id: string): Open {
    const open = this.#open.get(id)
    if (open === undefined) throw new Error(`document ${id} is not open`)
    return open
  }

  async #openFile(path: string): Promise<Opened> {
    for (const { live } of this.#open.values()) if (live.path === path) return { ok: true, document: live }
    const loaded = await loadFile(this.#init.disk, this.#init.root, path, this.#init.limit)
    if (!loaded.ok) return loaded
    for (const bytes of loaded.large.values()) await this.#init.objects.put(bytes)
    const known = await this.#init.updates.findByPath(path)
    const stored = known === null ? null : await this.#init.updates.load(known)
    const open = stored === null ? await this.#seed(path, loaded) : await this.#reopen(stored, loaded)
    this.#open.set(open.live.id, open)
    this.#closeLater(open)
    return { ok: true, document: open.live }
  }

  async #seed(path: string, loaded: LoadedFile): Promise<Open> {
    const doc = new Y.Doc()
    defineRoots(doc)
    doc.transact(() => seedDocument(doc, loaded.file.form), origin.file)
    const documentId = this.#init.random()
    const epoch = this.#init.random()
    await this.#init.updates.create({ documentId, epoch, path, seed: Y.encodeStateAsUpdate(doc) })
    return this.#enliven({ documentId, epoch, path }, doc, loaded, null)
  }

  async #reopen(stored: StoredDocument, loaded: LoadedFile): Promise<Open> {
    const doc = new Y.Doc()
    defineRoots(doc)
    doc.transact(() => {
      for (const update of stored.updates) Y.applyUpdate(doc, update)
    }, origin.file)
    if (stored.updates.length > compactAfter) {
      await this.#init.updates.replace(stored.documentId, compacted(doc), stored.lastSeq)
    }
    return this.#enliven(stored, doc, loaded, await this.#agreements.get(stored.documentId))
  }

  #enliven(
    { documentId, epoch, path }: { documentId: string; epoch: string; path: string },
    doc: Y.Doc,
    loaded: LoadedFile,
    agreed: Agreement | null,
  ): Open {
    const { updates, wait } = this.#init
    const live = new LiveDocument({
      id: documentId,
      epoch,
      path,
      writable: loaded.writable,
      doc,
      append: (batch) => updates.append(documentId, batch),
      trouble: (error) => this.#trouble(documentId, error),
      wait,
    })
    const notice = (level: 'info' | 'warning' | 'error', text: string) =>
      this.#notice(documentId, level, text)
    const sync = new FileSync({ ...this.#init, agreements: this.#agreements, live, loaded, notice })
    sync.start(agreed)
    return { live, sync, holds: 0, closing: null }
  }

  #trouble(id: string, error: unknown): void {
    if (error === null) {
      this.#notice(id, 'info', 'Your edits are being saved again.')
      return
    }
    const reason = error instanceof Error ? error.message : String(error)
    this.#notice(
      id,
      'error',
      `Your edits are not saved: ${reason}. The server keeps trying; leave this page open.`,
    )
  }

  #notice(id: string, level: 'info' | 'warning' | 'error', text: string): void {
    for (const listener of this.#listeners) listener(id, level, text)
  }

  #closeLater(open: Open): void {
    open.closing = setTimeout(() => void this.#close(open), this.#init.graceMs)
    open.closing.unref()
  }

  /** The file says what the document says, and the log has all of it; waits as long as the log fails. */
  async #settle({ live, sync }: Open): Promise<void> {
    await sync.save()
    await live.flushed()
    await sync.kept()
  }

  async #close(open: Open): Promise<void> {
    await this.#settle(open)
    if (open.holds > 0 && open.closing === null) return
    this.#forget(open)
  }

  #forget(open: Open): void {
    if (open.closing !== null) clearTimeout(open.closing)
    this.#open.delete(open.live.id)
    open.sync.stop()
    open.live.destroy()
  }
}
