/**
 * The open notebooks of a project. Invariant: one live document per file, seeded here and nowhere else; what the
 * update log holds wins over what the file held when both are the same file.
 */

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { basename, dirname } from 'node:path/posix'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Masker } from '@yesterday/kernel-bridge'
import { inBackground } from '@yesterday/kernel-bridge/background'
import * as Y from 'yjs'
import { origin } from '../../contract/document.ts'
import { type NoticeWords, noticeWords } from '../../contract/notices.ts'
import { freeNames } from '../disk/free-names.ts'
import { StoreError } from '../store/errors.ts'
import type { ObjectStore, StoredDocument, UpdateLog } from '../store/ports.ts'
import { FOLDER } from '../store/project-folder.ts'
import { Agreements } from './agreed.ts'
import { type AutosaveTimes, autosaveTimes } from './autosave.ts'
import type { NotebookForm } from './cell-form.ts'
import { checkThreads } from './check-threads.ts'
import { compacted } from './compaction.ts'
import { type Disk, nodeDisk } from './disk.ts'
import { defineRoots, seedDocument } from './document-form.ts'
import { FileSync } from './file-sync.ts'
import { DocumentPlaces, identitiesByPath, type NotebookIdentities } from './identity/document-places.ts'
import { applyInTurns } from './in-turns.ts'
import { LiveDocument } from './live-document.ts'
import type { Documents, OpenDocument, Opened } from './ports.ts'
import { type LoadedFile, loadFile } from './project-file.ts'
import { MAX_READ_HERE } from './read-apart.ts'

export interface DocumentsInit {
  /** The project folder. */
  readonly root: string
  /** Where what files and documents agreed on is kept. Default `.yesterday` of the project. */
  readonly folder?: string
  readonly updates: UpdateLog
  readonly objects: ObjectStore
  /** Which notebook a file is. Without it, the one that was at its path. */
  readonly notebooks?: NotebookIdentities
  /** Masks the outputs that files bring; none are masked without it. */
  readonly masker?: Masker | null
  readonly disk?: Disk
  readonly clock?: () => number
  /** Random hex digits, for ids. */
  readonly random?: () => string
  readonly wait?: (ms: number) => Promise<void>
  readonly times?: AutosaveTimes
  /** Largest file, in bytes. */
  readonly limit?: number
  /** Called before a change of the file by another program is merged; the merge waits for it. */
  readonly beforeMerge?: (document: OpenDocument) => Promise<void>
  /** How long a notebook stays open after the last hold on it, ms. */
  readonly graceMs?: number
}

/** `Documents`, and what rooms need beside it. */
export interface DocumentRooms extends Documents {
  live(id: string): LiveDocument | null
  /** Opens by id, for a socket that comes back after a restart; null when there is no such document any more. */
  openById(id: string): Promise<LiveDocument | null>
  /** Calls `listener` with each notebook that is opened from now on, before anyone can edit it. */
  onOpened(listener: (live: LiveDocument) => void): () => void
  /** What the file of an open document says, under the document's cell ids. */
  formOf(id: string): NotebookForm
  /** Merges what a client sent into an open document (`FileSync.merge`). */
  merge: (id: string, ...sent: Parameters<FileSync['merge']>) => Promise<NotebookForm>
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

/** The updates as small ones, made on a thread where that is much work. */
async function inPieces(updates: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const size = updates.reduce((sum, update) => sum + update.length, 0)
  return size <= MAX_READ_HERE ? updates : ((await checkThreads.split(updates)) ?? updates)
}

class OpenDocuments implements DocumentRooms {
  readonly #init: Required<DocumentsInit>
  readonly #agreements: Agreements
  readonly #places: DocumentPlaces
  readonly #open = new Map<string, Open>()
  readonly #opening = new Map<string, Promise<Opened>>()
  readonly #listeners = new Set<NoticeListener>()
  readonly #openedListeners = new Set<(live: LiveDocument) => void>()

  constructor(init: DocumentsInit) {
    const random = init.random ?? (() => randomBytes(10).toString('hex'))
    this.#init = {
      notebooks: identitiesByPath(init.updates, random),
      disk: nodeDisk,
      clock: Date.now,
      random,
      wait: (ms) => sleep(ms, undefined, { ref: false }),
      times: autosaveTimes,
      limit: 128 * 1024 * 1024,
      masker: null,
      beforeMerge: async () => {},
      graceMs: 30_000,
      folder: join(init.root, FOLDER),
      ...init,
    }
    this.#places = new DocumentPlaces(this.#init)
    this.#agreements = new Agreements(this.#init.disk, join(this.#init.folder, 'agreed'))
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
    await this.open(stored.path)
    if (this.live(id) !== null) return this.live(id)
    const path = await this.#places.findNotebook(id)
    if (path !== null) await this.open(path)
    return this.live(id)
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

  formOf(id: string): NotebookForm {
    return this.#require(id).sync.form
  }

  merge(id: string, ...sent: Parameters<FileSync['merge']>): Promise<NotebookForm> {
    return this.#require(id).sync.merge(...sent)
  }

  async writeAgain(id: string): Promise<string> {
    const { live, sync } = this.#require(id)
    if (live.hasFile) return live.path
    const path = await this.#freePath(live.path)
    await this.#places.take(id, path)
    await sync.writeAgain(path)
    const { disk, root, limit, masker } = this.#init
    const loaded = await loadFile(disk, root, path, limit, masker)
    if (loaded.ok) await this.#places.identify(path, loaded)
    return path
  }

  /** In the same folder where that is still there. */
  async #freePath(path: string): Promise<string> {
    const { disk, root } = this.#init
    const isThere = async (one: string) => (await disk.stat(join(root, one))) !== null
    const folder = dirname(path)
    const names = freeNames(basename(path))
    const inFolder = folder === '.' || !(await isThere(folder)) ? '' : `${folder}/`
    for (const name of names) if (!(await isThere(inFolder + name))) return inFolder + name
    throw new Error(`there is no free name for "${path}"`)
  }

  async moved(from: string, to: string): Promise<void> {
    await this.#places.moved(from, to)
    for (const { live, sync } of this.#open.values()) {
      const isBelow = live.hasFile && (live.path === from || live.path.startsWith(`${from}/`))
      if (isBelow) await sync.moved(to + live.path.slice(from.length))
    }
  }

  async removed(path: string): Promise<void> {
    for (const open of [...this.#open.values()]) {
      const { live } = open
      if (!live.hasFile || (live.path !== path && !live.path.startsWith(`${path}/`))) continue
      this.#forget(open)
      live.gone()
      await this.#remove(live.id)
    }
    const closed = await this.#init.updates.findByPath(path)
    if (closed !== null) await this.#remove(closed)
    await this.#places.trashed(path)
  }

  async #remove(id: string): Promise<void> {
    await this.#init.updates.remove(id)
    await this.#agreements.remove(id)
  }

  onOpened(listener: (live: LiveDocument) => void): () => void {
    this.#openedListeners.add(listener)
    return () => this.#openedListeners.delete(listener)
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
    for (const { live } of this.#open.values())
      if (live.path === path && live.hasFile) return { ok: true, document: live }
    const loaded = await loadFile(this.#init.disk, this.#init.root, path, this.#init.limit, this.#init.masker)
    if (!loaded.ok) return loaded
    const id = await this.#places.identify(path, loaded)
    const open = this.#open.get(id)
    if (open !== undefined) return this.#foundAgain(open, path)
    for (const bytes of loaded.large.values()) await this.#init.objects.put(bytes)
    const stored = await this.#places.take(id, path)
    return this.#begin(
      stored === null ? await this.#seed(id, path, loaded) : await this.#reopen(stored, loaded),
    )
  }

  #begin(open: Open): Opened {
    this.#open.set(open.live.id, open)
    this.#closeLater(open)
    return { ok: true, document: open.live }
  }

  /** A notebook that is open already, whose file came to this path. */
  async #foundAgain({ live, sync }: Open, path: string): Promise<Opened> {
    if (live.path !== path) {
      await this.#places.take(live.id, path)
      await sync.moved(path)
    }
    await sync.save()
    return { ok: true, document: live }
  }

  async #seed(documentId: string, path: string, loaded: LoadedFile): Promise<Open> {
    const doc = new Y.Doc()
    defineRoots(doc)
    const { seed } = loaded
    if (seed === null) doc.transact(() => seedDocument(doc, loaded.file.form), origin.file)
    else await applyInTurns(doc, seed.pieces, origin.file)
    const epoch = this.#init.random()
    const whole = seed?.whole ?? Y.encodeStateAsUpdate(doc)
    await this.#init.updates.create({ documentId, epoch, path, seed: whole })
    return this.#enliven({ documentId, epoch, path }, doc, loaded, seed?.pieces)
  }

  async #reopen(stored: StoredDocument, loaded: LoadedFile): Promise<Open> {
    const doc = new Y.Doc()
    defineRoots(doc)
    const pieces = await inPieces(stored.updates)
    await applyInTurns(doc, pieces, origin.file)
    if (stored.updates.length > compactAfter) {
      await this.#init.updates.replace(stored.documentId, compacted(doc), stored.lastSeq)
    }
    return this.#enliven(stored, doc, loaded, pieces)
  }

  async #enliven(
    { documentId, epoch, path }: { documentId: string; epoch: string; path: string },
    doc: Y.Doc,
    loaded: LoadedFile,
    pieces?: readonly Uint8Array[],
  ): Promise<Open> {
    const { updates, wait } = this.#init
    const live = new LiveDocument({
      id: documentId,
      epoch,
      path,
      writable: loaded.writable,
      doc,
      ...(pieces === undefined ? {} : { pieces }),
      append: (batch) => updates.append(documentId, batch),
      trouble: (error) => this.#trouble(documentId, error),
      wait,
    })
    const notice = (level: 'info' | 'warning' | 'error', words: NoticeWords) =>
      this.#notice(documentId, level, words)
    const sync: FileSync = new FileSync({
      ...this.#init,
      agreements: this.#agreements,
      live,
      loaded,
      notice,
      isSame: async (changed) => {
        await this.#written(live.id, sync)
        return (await this.#places.identify(live.path, changed)) === live.id
      },
      follow: (identity) => this.#follow(live, sync, identity),
    })
    for (const listener of this.#openedListeners) listener(live)
    await sync.start(() => this.#agreements.get(documentId))
    return { live, sync, holds: 0, closing: null }
  }

  /** Another program moved the file. */
  async #follow(live: LiveDocument, sync: FileSync, identity: string | null): Promise<boolean> {
    const path = await this.#places.find(identity)
    if (path === null || path === live.path) return false
    await this.#places.moved(live.path, path)
    sync.follows(path)
    return true
  }

  #trouble(id: string, error: unknown): void {
    if (error === null) {
      this.#notice(id, 'info', noticeWords('notice.savedAgain', {}))
      return
    }
    const reason = error instanceof Error ? error.message : String(error)
    const isFull = error instanceof StoreError && error.code === 'disk-full'
    const words = isFull ? noticeWords('notice.notSavedFull', {}) : noticeWords('notice.notSaved', { reason })
    this.#notice(id, 'error', words)
  }

  #notice(id: string, level: 'info' | 'warning' | 'error', words: NoticeWords): void {
    for (const listener of this.#listeners) listener(id, level, words.text, words)
  }

  #closeLater(open: Open): void {
    const close = () => inBackground(this.#close(open), 'closing a notebook')
    open.closing = setTimeout(close, this.#init.graceMs)
    open.closing.unref()
  }

  /** The file says what the document says, and the log has all of it; waits as long as the log fails. */
  async #settle({ live, sync }: Open): Promise<void> {
    await sync.save()
    await live.flushed()
    await sync.kept()
    await this.#written(live.id, sync)
  }

  /** By what it says now the file is recognised when another program changes or moves it. */
  async #written(id: string, sync: FileSync): Promise<void> {
    const written = sync.takeWritten()
    if (written !== null) await this.#places.written(id, written)
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
