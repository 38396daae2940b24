/**
 * The project's files as people handle them. Invariant: nothing is overwritten unasked and nothing is destroyed: what is
 * trashed can be fetched from `.yesterday/trash`. Open notebooks follow.
 */
import { constants, cp, lstat, mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import type { FileCommand, FileEntry, TrashedFile } from '../../contract/http.ts'
import type { TrashItem } from '../../contract/trash.ts'
import { freeNames } from '../disk/free-names.ts'
import { specialFileIn } from '../disk/regular-file.ts'
import type { Documents, Refusal } from '../document/ports.ts'
import { diskRefusal, errorCode, exists, notServed, special } from './disk-error.ts'
import { entryAt } from './listing.ts'
import { isServed, locate, locateCreated, locateEntry } from './locate.ts'
import { Trash } from './trash.ts'

/** The result of a command that leaves an entry in the folder. */
export type Done =
  | { readonly ok: true; readonly entry: FileEntry }
  | { readonly ok: false; readonly refusal: Refusal }

/** The result of a deletion. */
export type Discarded =
  | { readonly ok: true; readonly discarded: TrashedFile }
  | { readonly ok: false; readonly refusal: Refusal }

const refused = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal,
})

/** An empty notebook, as nbformat 4.5 has it. */
const emptyNotebook = `${JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`

/** What files ask of open notebooks. */
export interface FollowingDocuments extends Pick<Documents, 'open' | 'save' | 'moved' | 'removed'> {
  /** Called before a move, which does not happen if it throws. Returns what undoes it if the move fails. */
  readonly moving?: (from: string, to: string) => Promise<(() => void) | undefined>
}

export class Files {
  readonly #root: string
  readonly #documents: FollowingDocuments
  readonly #trash: Trash

  /** `root` is the project folder's real path. */
  constructor(
    root: string,
    documents: FollowingDocuments,
    now: () => Date = () => new Date(),
    trash = join(root, '.yesterday', 'trash'),
  ) {
    this.#root = root
    this.#documents = documents
    this.#trash = new Trash(trash, now)
  }

  async perform(command: Exclude<FileCommand, { type: 'trash' }>): Promise<Done> {
    switch (command.type) {
      case 'newNotebook':
        return this.#make(command.folder, notebookName(command.name), (target) =>
          writeFile(target, emptyNotebook, { flag: 'wx' }),
        )
      case 'newFolder':
        return this.#make(command.folder, command.name ?? 'Untitled Folder', async (target) => {
          await mkdir(target)
        })
      case 'move':
        return this.#move(command.from, command.to)
      case 'copy':
        return this.#copy(command.from, command.to)
    }
  }

  /** Makes something under the first free name. The make itself must fail on an existing name: it decides, not a look. */
  async #make(folder: string, name: string, make: (target: string) => Promise<void>): Promise<Done> {
    for (const candidate of freeNames(name)) {
      const path = folder === '' ? candidate : `${folder}/${candidate}`
      const target = await locateCreated(this.#root, path)
      if (!target.ok) return refused(target.refusal)
      try {
        await make(target.absolute)
        return { ok: true, entry: await entryAt(target.absolute, path) }
      } catch (error) {
        if (!taken.has(errorCode(error) ?? '')) return refused(diskRefusal(error, path))
      }
    }
    return refused(exists(name))
  }

  async #move(from: string, to: string): Promise<Done> {
    const source = await locateEntry(this.#root, from)
    if (!source.ok) return refused(source.refusal)
    const target = await locateCreated(this.#root, to)
    if (!target.ok) return refused(target.refusal)
    if (`${to}/`.startsWith(`${from}/`) && to !== from) return refused(intoItself(from))
    try {
      if (await isTaken(source.absolute, target.absolute)) return refused(exists(to))
      const undo = await this.#documents.moving?.(from, to)
      await rename(source.absolute, target.absolute).catch((error: unknown) => {
        undo?.()
        throw error
      })
      await this.#documents.moved(from, to)
      return { ok: true, entry: await entryAt(target.absolute, to) }
    } catch (error) {
      return refused(diskRefusal(error, to))
    }
  }

  async #copy(from: string, to: string | undefined): Promise<Done> {
    const source = await locate(this.#root, from)
    if (!source.ok) return refused(source.refusal)
    if (from === '' || (to !== undefined && `${to}/`.startsWith(`${from}/`))) return refused(intoItself(from))
    try {
      const pipe = await specialFileIn(source.absolute)
      if (pipe !== null) return refused(special(relative(this.#root, pipe)))
    } catch (error) {
      return refused(diskRefusal(error, from))
    }
    await this.#saveOpen(from)
    const folder = dirname(from) === '.' ? '' : dirname(from)
    const copy = (target: string) =>
      cp(source.absolute, target, {
        recursive: true,
        errorOnExist: true,
        force: false,
        mode: constants.COPYFILE_EXCL,
        verbatimSymlinks: true,
      })
    return to === undefined ? this.#make(folder, basename(from), copy) : this.#copyTo(to, copy)
  }

  async #copyTo(to: string, copy: (target: string) => Promise<void>): Promise<Done> {
    const target = await locateCreated(this.#root, to)
    if (!target.ok) return refused(target.refusal)
    try {
      await copy(target.absolute)
      return { ok: true, entry: await entryAt(target.absolute, to) }
    } catch (error) {
      return refused(errorCode(error) === 'ERR_FS_CP_EEXIST' ? exists(to) : diskRefusal(error, to))
    }
  }

  /** Moves a file or folder to the trash. */
  async discard(path: string): Promise<Discarded> {
    if (path === '' || !isServed(path)) return refused(notServed(path))
    const source = await locateEntry(this.#root, path)
    if (!source.ok) return refused(source.refusal)
    await this.#saveOpen(path)
    try {
      const { at } = await this.#trash.take(source.absolute, path)
      await this.#documents.removed(path)
      return { ok: true, discarded: { trashed: path, at } }
    } catch (error) {
      return refused(diskRefusal(error, path))
    }
  }

  /** What is in the trash, newest first. */
  trashed(): Promise<readonly TrashItem[]> {
    return this.#trash.list()
  }

  /** Puts a deleted thing back to `path`, where it was, under the first free name; its folders are made where they are gone. */
  async putBack(item: string, path: string): Promise<Done> {
    if (!(await this.#trash.has(item, path))) return refused(notInTrash)
    const parent = dirname(path) === '.' ? '' : dirname(path)
    const problem = await this.#makeFolders(parent)
    if (problem !== null) return refused(problem)
    return this.#make(parent, basename(path), (target) => this.#trash.putBack(item, target))
  }

  /** The folder with those above it, where they are not there; null, or why not. */
  async #makeFolders(folder: string): Promise<Refusal | null> {
    if (folder === '') return null
    const above = await this.#makeFolders(dirname(folder) === '.' ? '' : dirname(folder))
    if (above !== null) return above
    const target = await locateCreated(this.#root, folder)
    if (!target.ok) return target.refusal
    try {
      await mkdir(target.absolute)
      return null
    } catch (error) {
      return errorCode(error) === 'EEXIST' ? null : diskRefusal(error, folder)
    }
  }

  /** Deletes a thing in the trash for good. */
  async removeTrashed(item: string): Promise<Refusal | null> {
    return (await this.#trash.remove(item)) ? null : notInTrash
  }

  /** Brings a notebook's file up to date, so that the copy or the trash holds the last edits. Refusals do not matter. */
  async #saveOpen(path: string): Promise<void> {
    if (!path.endsWith('.ipynb')) return
    const opened = await this.#documents.open(path)
    if (opened.ok && opened.document.writable) await this.#documents.save(opened.document.id)
  }
}

const notebookName = (name = 'Untitled.ipynb'): string => (name.endsWith('.ipynb') ? name : `${name}.ipynb`)

/** How a make says that the name is taken; `cp` has words of its own, also for a copy onto itself. */
const taken: ReadonlySet<string> = new Set(['EEXIST', 'ERR_FS_CP_EEXIST', 'ERR_FS_CP_EINVAL'])

const notInTrash: Refusal = {
  code: 'missing',
  status: 404,
  message: 'This is not in the trash any more.',
  hint: 'Another person may have put it back. Load the list again.',
}

const intoItself = (path: string): Refusal => ({
  code: 'intoItself',
  status: 409,
  message: `“${path}” cannot be put into itself.`,
})

/** A rename replaces silently, so we look first. The same file under another case of its name is not taken. */
async function isTaken(source: string, target: string): Promise<boolean> {
  try {
    const [from, to] = await Promise.all([lstat(source), lstat(target)])
    return from.ino !== to.ino || from.dev !== to.dev || source === target
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}
