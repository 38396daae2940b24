/**
 * Where documents are. Invariant: a document belongs to one notebook and is stored under the notebook's id, so that it is
 * found again wherever the file was moved to, and never by a path at which another notebook is now.
 */
import { join } from 'node:path'
import type { NotebookMarks } from '../../store/log-entry.ts'
import type { StoredDocument, UpdateLog } from '../../store/ports.ts'
import type { NotebookForm } from '../cell-form.ts'
import type { Disk } from '../disk.ts'
import type { LoadedFile } from '../project-file.ts'
import { findFile } from './find-file.ts'
import { marksOf } from './marks.ts'

/** The identities of notebooks, as documents need them. */
export interface NotebookIdentities {
  identify(path: string, marks: NotebookMarks): Promise<string>
  /** The notebook's file has these marks now, however much was changed. */
  written(id: string, marks: NotebookMarks): Promise<void>
  moved(from: string, to: string): Promise<void>
  trashed(path: string): Promise<void>
  /** Where the file of a notebook is, wherever another program moved it; null where it is not in the project. */
  find(id: string): Promise<string | null>
}

/** Identities of a project that keeps no history: a notebook is what is at its path. */
export const identitiesByPath = (
  updates: Pick<UpdateLog, 'findByPath'>,
  newId: () => string,
): NotebookIdentities => ({
  identify: async (path) => (await updates.findByPath(path)) ?? newId(),
  written: async () => undefined,
  moved: async () => undefined,
  trashed: async () => undefined,
  find: async () => null,
})

/** A file as this program wrote it. `identity` is `FileStat.identity`. */
export interface WrittenFile {
  readonly form: NotebookForm
  readonly identity: string | null
}

export interface DocumentPlacesInit {
  readonly root: string
  readonly disk: Disk
  readonly updates: UpdateLog
  readonly notebooks: NotebookIdentities
  readonly random: () => string
}

export class DocumentPlaces {
  readonly #init: DocumentPlacesInit

  constructor(init: DocumentPlacesInit) {
    this.#init = init
  }

  /** The id of the notebook whose file was loaded from `path`. */
  async identify(path: string, { file, stat, absolute }: LoadedFile): Promise<string> {
    const own = await this.#init.disk.realpath(this.#init.root).then((root) => join(root, path))
    // What a link leads to has an identity of its own.
    const marks = marksOf(file.form, absolute === own ? stat.identity : null)
    return this.#init.notebooks.identify(path, marks)
  }

  /** The file of the notebook was written by this program: from now on it is recognised by what it says now. */
  written(id: string, { form, identity }: WrittenFile): Promise<void> {
    return this.#init.notebooks.written(id, marksOf(form, identity))
  }

  /** What is stored of the notebook, which is at `path` now; null where it has no document yet. */
  async take(id: string, path: string): Promise<StoredDocument | null> {
    const { updates } = this.#init
    const stored = await updates.load(id)
    if (stored?.path === path) return stored
    await this.#vacate(path)
    if (stored === null) return null
    await updates.move(stored.path, path)
    return { ...stored, path }
  }

  /** The file or folder was moved by this program, or was found where another moved it. */
  async moved(from: string, to: string): Promise<void> {
    await this.#vacate(to)
    await this.#init.updates.move(from, to)
    await this.#init.notebooks.moved(from, to)
  }

  trashed(path: string): Promise<void> {
    return this.#init.notebooks.trashed(path)
  }

  /** Where the notebook is, which is not where it was; null where it is not in the project any more. */
  findNotebook(id: string): Promise<string | null> {
    return this.#init.notebooks.find(id)
  }

  /** The path of the file that was renamed; null where it is not in the project any more. */
  find(identity: string | null): Promise<string | null> {
    return identity === null ? Promise.resolve(null) : findFile(this.#init.disk, this.#init.root, identity)
  }

  /** Documents whose notebook is not at this path any more keep their edits under a path that no file has. */
  async #vacate(path: string): Promise<void> {
    await this.#init.updates.move(path, `.displaced/${this.#init.random()}`)
  }
}
