/**
 * Keeps a live notebook and its file the same. Invariant: a save never overwrites a change of the file that was not
 * merged first, and saves follow one another.
 */
import { join } from 'node:path'
import type * as Y from 'yjs'
import { origin, stateOf } from '../../contract/document.ts'
import type { ObjectStore } from '../store/ports.ts'
import type { Agreement, Agreements } from './agreed.ts'
import { Autosave, type AutosaveTimes } from './autosave.ts'
import type { NotebookForm } from './cell-form.ts'
import { type Disk, errorCode, type FileStat } from './disk.ts'
import { readForm } from './document-form.ts'
import { saysSame, writeNotebook } from './ipynb-write.ts'
import type { LiveDocument } from './live-document.ts'
import { mergeFile } from './merge.ts'
import { fileText, type NotebookFile } from './notebook-file.ts'
import { type LoadedFile, loadFile } from './project-file.ts'

export interface FileSyncInit {
  readonly root: string
  readonly disk: Disk
  readonly objects: ObjectStore
  readonly agreements: Agreements
  readonly clock: () => number
  readonly times: AutosaveTimes
  readonly limit: number
  readonly live: LiveDocument
  readonly loaded: LoadedFile
  readonly notice: (level: 'info' | 'warning' | 'error', text: string) => void
}

export class FileSync {
  readonly #init: FileSyncInit
  readonly #autosave: Autosave
  #file: NotebookFile
  #stat: FileStat | null
  #digest: string
  #last: Promise<void> = Promise.resolve()
  #keptForm: NotebookForm | null = null
  #keeping: Promise<void> = Promise.resolve()
  #unwatch: () => void = () => undefined
  #problem: string | null = null
  #stopped = false

  constructor(init: FileSyncInit) {
    this.#init = init
    this.#file = init.loaded.file
    this.#stat = init.loaded.stat
    this.#digest = init.loaded.digest
    this.#autosave = new Autosave(() => this.save(), init.clock, init.times)
  }

  /** Begins to follow both sides, which last agreed on `agreed` when that is known. */
  start(agreed: Agreement | null): void {
    const { live } = this.#init
    if (!saysSame(this.#file, readForm(live.doc))) this.#meet(this.#knownBase(agreed))
    live.doc.on('afterTransaction', (transaction: Y.Transaction) => this.#changed(transaction))
    if (!saysSame(this.#file, readForm(live.doc))) this.#autosave.changed()
    this.#writeState(false)
    this.#keep()
    this.#watch()
  }

  /** Writes the file if it does not say what the document says. A failure is told to people and tried again. */
  save(): Promise<void> {
    this.#last = this.#last.then(() => this.#saveNow())
    return this.#last
  }

  /** Settles when what file and document agree on is kept, or could not be. */
  kept(): Promise<void> {
    return this.#keeping
  }

  /** The file is at another path now. */
  async moved(path: string): Promise<void> {
    await this.#last
    this.#init.live.path = path
    this.#writeState(stateOf(this.#init.live.doc).get('dirty') === true)
    this.#watch()
  }

  stop(): void {
    this.#stopped = true
    this.#autosave.stop()
    this.#unwatch()
  }

  get #absolute(): string {
    return join(this.#init.root, this.#init.live.path)
  }

  #changed(transaction: Y.Transaction): void {
    const state = stateOf(this.#init.live.doc)
    const touched = [...transaction.changed.keys()]
    if (touched.length === 0 || touched.every((type) => type._item === null && type._map === state._map))
      return
    if (state.get('dirty') !== true) this.#writeState(true)
    this.#autosave.changed()
  }

  #writeState(dirty: boolean): void {
    const { live } = this.#init
    const values = { dirty, path: live.path, hash: this.#digest, document_id: live.id }
    const state = stateOf(live.doc)
    live.doc.transact(() => {
      for (const [key, value] of Object.entries(values)) if (state.get(key) !== value) state.set(key, value)
    }, origin.server)
  }

  #watch(): void {
    this.#unwatch()
    try {
      this.#unwatch = this.#init.disk.watch(this.#absolute, () => this.#autosave.changed())
    } catch {
      // A folder that cannot be watched is still looked at before each save.
      this.#unwatch = () => undefined
    }
  }

  async #saveNow(): Promise<void> {
    if (this.#stopped) return
    try {
      if (!(await this.#takeOutsideChange())) return
      await this.#write(readForm(this.#init.live.doc))
      this.#keep()
      this.#problem = null
    } catch (error) {
      this.#tellProblem(problemText(error, this.#init.live.path))
      this.#autosave.changed()
    }
  }

  async #write(form: NotebookForm): Promise<void> {
    const { disk, objects, live } = this.#init
    if (saysSame(this.#file, form) && this.#stat !== null) return this.#writeState(false)
    if (!live.writable) return this.#writeState(true)
    const file = await writeNotebook(this.#file, form, (digest) => objects.get(digest))
    const path = this.#stat === null ? this.#absolute : await disk.realpath(this.#absolute)
    this.#digest = await disk.replace(path, fileText(file))
    this.#file = file
    this.#stat = await disk.stat(path)
    this.#writeState(!saysSame(file, readForm(live.doc)))
  }

  /** False when the file holds what cannot be read, and so must not be overwritten. */
  async #takeOutsideChange(): Promise<boolean> {
    const { disk, root, live, limit, objects } = this.#init
    const stat = await disk.stat(this.#absolute)
    if (stat === null) {
      if (this.#stat !== null)
        this.#tellProblem(`"${live.path}" was deleted or moved; it will be written again.`)
      this.#stat = null
      return true
    }
    if (sameStat(stat, this.#stat)) return true
    const loaded = await loadFile(disk, root, live.path, limit)
    if (!loaded.ok) {
      this.#tellProblem(`Not written to "${live.path}", which was changed: ${loaded.refusal.message}`)
      return false
    }
    for (const bytes of loaded.large.values()) await objects.put(bytes)
    this.#stat = loaded.stat
    if (loaded.digest === this.#digest) return true
    const base = this.#file.form
    this.#file = loaded.file
    this.#digest = loaded.digest
    this.#meet(base)
    return true
  }

  /** The document names the file that it last agreed with; what that said is kept, or is the file as it is. */
  #knownBase(agreed: Agreement | null): NotebookForm | null {
    const hash = stateOf(this.#init.live.doc).get('hash')
    if (agreed !== null && agreed.digest === hash) return agreed.form
    return hash === this.#digest ? this.#file.form : null
  }

  /** Only after the log has what the document took from the file: else a crash would make that look taken back. */
  #keep(): void {
    const { live, agreements } = this.#init
    const agreement = { digest: this.#digest, form: this.#file.form }
    if (agreement.form === this.#keptForm) return
    this.#keptForm = agreement.form
    this.#keeping = this.#keeping
      .then(() => live.flushed())
      .then(() => agreements.put(live.id, agreement))
      .catch(() => {
        // Without it, a change made while no server runs is kept beside the document's own text. Tried at the next save.
        this.#keptForm = null
      })
  }

  /** Merges what the file says into the document, as edits since `base`. */
  #meet(base: NotebookForm | null): void {
    const { live, notice } = this.#init
    const merged = mergeFile(live.doc, base, this.#file.form)
    this.#file = { ...this.#file, form: merged.file }
    for (const text of merged.notices) notice('warning', text)
  }

  #tellProblem(text: string): void {
    if (text !== this.#problem) this.#init.notice('error', text)
    this.#problem = text
  }
}

const sameStat = (a: FileStat, b: FileStat | null): boolean =>
  b !== null && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino

function problemText(error: unknown, path: string): string {
  const code = errorCode(error)
  const kept = 'Your edits are kept by the server, which tries again.'
  if (code === 'ENOSPC' || code === 'EDQUOT') return `The disk is full: "${path}" was not written. ${kept}`
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `The server has no permission to write "${path}". ${kept}`
  }
  return `"${path}" was not written (${error instanceof Error ? error.message : String(error)}). ${kept}`
}
