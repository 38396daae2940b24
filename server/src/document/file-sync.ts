/**
 * Keeps a live notebook and its file the same. Invariant: a save never overwrites a change of the file that was not
 * merged first, and saves follow one another.
 */

import { join } from 'node:path'
import type { Masker } from '@yesterday/kernel-bridge'
import { log } from '@yesterday/kernel-bridge/log'
import type * as Y from 'yjs'
import type { Actor } from '../../contract/actor.ts'
import { type FilePresence, origin, stateOf } from '../../contract/document.ts'
import { type NoticeWords, noticeWords } from '../../contract/notices.ts'
import type { ObjectStore } from '../store/ports.ts'
import type { Agreement, Agreements } from './agreed.ts'
import { Autosave, type AutosaveTimes } from './autosave.ts'
import type { NotebookForm } from './cell-form.ts'
import { markConflicts } from './conflict-cells.ts'
import { type Disk, errorCode, type FileStat } from './disk.ts'
import { readForm } from './document-form.ts'
import type { WrittenFile } from './identity/document-places.ts'
import { saysSame, saysSameInTurns, writeNotebook } from './ipynb-write.ts'
import type { LargeValues } from './large-values.ts'
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
  readonly masker: Masker | null
  readonly live: LiveDocument
  readonly loaded: LoadedFile
  /** Called before a change of the file is merged into the document. */
  readonly beforeMerge: (live: LiveDocument) => Promise<void>
  readonly notice: (level: 'info' | 'warning' | 'error', words: NoticeWords) => void
  /** Whether a file that was changed by another program is this notebook still. */
  readonly isSame: (loaded: LoadedFile) => Promise<boolean>
  /** Follows the file of this identity to where it was moved; false where it is not in the project any more. */
  readonly follow: (identity: string | null) => Promise<boolean>
}

/** A notebook as a client sent it. */
export interface SentNotebook {
  readonly file: Pick<NotebookFile, 'form'>
  /** Values of outputs outside the form, to be stored. */
  readonly large: LargeValues
  readonly by: Actor
}

/** How long a file may be away before it counts as gone: programs save, and switch branches, by way of deletion. */
const AWAY_MS = 1500

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
  #presence: FilePresence = 'there'
  #awaySince: number | null = null
  #hasWritten = false
  /** Of the file of another notebook, which was recognised as such. */
  #otherStat: FileStat | null = null

  constructor(init: FileSyncInit) {
    this.#init = init
    this.#file = init.loaded.file
    this.#stat = init.loaded.stat
    this.#digest = init.loaded.digest
    this.#autosave = new Autosave(() => this.save(), init.clock, init.times)
  }

  /** Begins to follow both sides. `agreed` returns what they last agreed on, if known. */
  async start(agreed: () => Promise<Agreement | null>): Promise<void> {
    const { live } = this.#init
    const isSame = await this.#saysSame(agreed)
    if (!isSame) {
      await this.#init.beforeMerge(live)
      this.#meet(this.#knownBase(await agreed()))
    }
    live.doc.on('afterTransaction', (transaction: Y.Transaction) => this.#changed(transaction))
    if (!isSame && !saysSame(this.#file, readForm(live.doc))) this.#autosave.changed()
    this.#writeState(false)
    this.#keep()
    this.#watch()
  }

  /** A file that has not changed says what was agreed: a long stream has another form in it than in the document. */
  async #saysSame(agreed: () => Promise<Agreement | null>): Promise<boolean> {
    const { doc } = this.#init.live
    if (await saysSameInTurns(this.#file, doc)) return true
    const known = await agreed()
    if (known === null || known.digest !== this.#digest) return false
    if (known.form.cells.length !== this.#file.form.cells.length) return false
    this.#file = { ...this.#file, form: known.form }
    return saysSameInTurns(this.#file, doc)
  }

  /** Writes the file if it does not say what the document says. A failure is shown to people and retried. */
  save(): Promise<void> {
    this.#last = this.#last.then(() => this.#saveNow())
    return this.#last
  }

  /** What the file says, under the cell ids of the document. */
  get form(): NotebookForm {
    return this.#file.form
  }

  /**
   * Merges a notebook that a client sent, as edits since `base`, or since the file if it is null, and saves. Settles when
   * the edits are durable, with what was sent under the cell ids of the document. Rejects if the file was not written.
   */
  merge(sent: SentNotebook, base: NotebookForm | null): Promise<NotebookForm> {
    const merged = this.#last.then(() => this.#mergeNow(sent, base))
    this.#last = merged.then(
      () => undefined,
      () => undefined,
    )
    return merged
  }

  async #mergeNow({ file, large, by }: SentNotebook, base: NotebookForm | null): Promise<NotebookForm> {
    const { live, objects, notice } = this.#init
    await this.#takeOutsideChange()
    for (const bytes of large.values()) await objects.put(bytes)
    const merged = mergeFile(live.doc, base ?? this.#file.form, file.form, by)
    for (const words of merged.notices) notice('warning', words)
    await this.#saveNow()
    await live.flushed()
    if (this.#problem !== null) throw new Error(this.#problem)
    return merged.file
  }

  /** What the file says, where it was written since this was last asked; null where it was not. */
  takeWritten(): WrittenFile | null {
    const isNew = this.#hasWritten && this.#presence === 'there'
    this.#hasWritten = false
    return isNew ? { form: this.#file.form, identity: this.#stat?.identity ?? null } : null
  }

  /** Settles when what file and document agree on is kept, or could not be. */
  kept(): Promise<void> {
    return this.#keeping
  }

  /** The file is at another path now. */
  async moved(path: string): Promise<void> {
    await this.#last
    this.follows(path)
  }

  /** As `moved`, for a save that found the file elsewhere. */
  follows(path: string): void {
    this.#init.live.path = path
    this.#writeState(stateOf(this.#init.live.doc).get('dirty') === true)
    this.#watch()
  }

  /** Writes a notebook whose file is gone into a new file at `path`. Throws what the disk refuses. */
  async writeAgain(path: string): Promise<void> {
    await this.#last
    this.#stat = null
    this.#presence = 'there'
    this.#init.live.hasFile = true
    this.follows(path)
    await this.#write(readForm(this.#init.live.doc))
    this.#keep()
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
    const values = {
      dirty,
      path: live.path,
      hash: this.#digest,
      document_id: live.id,
      file: this.#presence,
    }
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
      const found = await this.#takeOutsideChange()
      if (found === 'away') return await this.#syncWithoutFile()
      this.#awaySince = null
      if (found === 'unreadable') return
      this.#becomes(found)
      if (found !== 'there') return
      await this.#write(readForm(this.#init.live.doc))
      this.#keep()
      this.#problem = null
    } catch (error) {
      this.#reportProblem(problemWords(error, this.#init.live.path))
      this.#autosave.changed()
    }
  }

  /** The file is not at its path: it was moved, is about to be there again, or is gone. */
  async #syncWithoutFile(): Promise<void> {
    if (this.#presence !== 'there') return this.#becomes('deleted')
    const { clock, follow } = this.#init
    if (await follow(this.#stat?.identity ?? null)) {
      this.#awaySince = null
      return this.#autosave.changed()
    }
    this.#awaySince ??= clock()
    if (clock() - this.#awaySince < AWAY_MS) return this.#autosave.changed()
    this.#becomes('deleted')
  }

  #becomes(presence: FilePresence): void {
    const { live, notice } = this.#init
    if (presence === this.#presence) return
    this.#presence = presence
    live.hasFile = presence === 'there'
    this.#writeState(presence !== 'there')
    // What is gone the page says for as long as it is.
    if (presence === 'there') notice('info', noticeWords('notice.fileBack', { path: live.path }))
  }

  async #write(form: NotebookForm): Promise<void> {
    const { disk, objects, live } = this.#init
    if (saysSame(this.#file, form) && this.#stat !== null) return this.#writeState(false)
    if (!live.writable) return this.#writeState(true)
    const file = await writeNotebook(this.#file, form, (digest) => objects.get(digest))
    const path = this.#stat === null ? this.#absolute : await disk.realpath(this.#absolute)
    this.#digest = await disk.replace(path, fileText(file))
    this.#file = file
    this.#hasWritten = true
    log.debug({ notebook: live.path }, 'notebook file written')
    this.#stat = await disk.stat(path)
    this.#writeState(!saysSame(file, readForm(live.doc)))
  }

  /** Merges what another program wrote into the file. */
  async #takeOutsideChange(): Promise<Exclude<FilePresence, 'deleted'> | 'away' | 'unreadable'> {
    const { disk, root, live, limit, objects, isSame } = this.#init
    const stat = await disk.stat(this.#absolute)
    if (stat === null) return this.#stat === null && this.#presence === 'there' ? 'there' : 'away'
    if (sameStat(stat, this.#stat)) return 'there'
    if (sameStat(stat, this.#otherStat)) return 'replaced'
    const loaded = await loadFile(disk, root, live.path, limit, this.#init.masker)
    if (!loaded.ok && loaded.refusal.code === 'conflicted') return 'conflicted'
    if (!loaded.ok) {
      const { message: reason } = loaded.refusal
      this.#reportProblem(noticeWords('notice.fileChanged', { path: live.path, reason }))
      return 'unreadable'
    }
    if (loaded.digest !== this.#digest && !(await isSame(loaded))) {
      this.#otherStat = stat
      return 'replaced'
    }
    for (const bytes of loaded.large.values()) await objects.put(bytes)
    this.#stat = loaded.stat
    if (loaded.digest === this.#digest) return 'there'
    await this.#init.beforeMerge(live)
    const base = this.#file.form
    this.#file = loaded.file
    this.#digest = loaded.digest
    this.#meet(base)
    return 'there'
  }

  /** The document names the file that it last agreed with; what that said is kept, or is the file as it is. */
  #knownBase(agreed: Agreement | null): NotebookForm | null {
    const hash = stateOf(this.#init.live.doc).get('hash')
    if (agreed !== null && agreed.digest === hash) return agreed.form
    return hash === this.#digest ? this.#file.form : null
  }

  /** Only after the log has what the document took from the file: else it would look removed after a crash. */
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

  /** Merges what the file says into the document, as edits since `base`. What cannot be decided is marked. */
  #meet(base: NotebookForm | null): void {
    const { live, notice } = this.#init
    const merged = mergeFile(live.doc, base, this.#file.form)
    live.doc.transact(() => markConflicts(live.doc, merged.conflicts), origin.file)
    const conflicts = String(merged.conflicts.length)
    if (merged.conflicts.length > 0) notice('warning', noticeWords('notice.conflicts', { count: conflicts }))
    this.#file = { ...this.#file, form: merged.file }
    for (const words of merged.notices) if (words.code !== 'notice.cellInBoth') notice('warning', words)
  }

  #reportProblem(words: NoticeWords): void {
    if (words.text !== this.#problem) this.#init.notice('error', words)
    this.#problem = words.text
  }
}

const sameStat = (a: FileStat, b: FileStat | null): boolean =>
  b !== null && a.size === b.size && a.mtimeMs === b.mtimeMs && a.ino === b.ino

function problemWords(error: unknown, path: string): NoticeWords {
  const code = errorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') return noticeWords('notice.fileDiskFull', { path })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return noticeWords('notice.fileNotAllowed', { path })
  const reason = error instanceof Error ? error.message : String(error)
  return noticeWords('notice.fileNotWritten', { path, reason })
}
