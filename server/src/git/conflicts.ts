/**
 * Notebooks with conflicts of a merge: what they are, what people chose, and the notebook that follows from it. Invariant:
 * the notebook is written once, when all is chosen, and only if it still is what the choices were made for.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Masker } from '@yesterday/kernel-bridge'
import type { Actor } from '../../contract/actor.ts'
import type { ConflictChoice, NotebookConflict, NotebookConflicts } from '../../contract/conflicts.ts'
import type { CellForm, NotebookForm } from '../document/cell-form.ts'
import { type ConflictGroup, conflictGroups, decided } from '../document/conflict-cells.ts'
import { type Disk, digestOf, nodeDisk } from '../document/disk.ts'
import { readForm } from '../document/document-form.ts'
import type { DocumentRooms } from '../document/documents.ts'
import { hasConflictMarkers } from '../document/ipynb-read.ts'
import { writeNotebook } from '../document/ipynb-write.ts'
import { fileText } from '../document/notebook-file.ts'
import type { OpenDocument, Refusal } from '../document/ports.ts'
import { diskRefusal } from '../files/disk-error.ts'
import { locate } from '../files/locate.ts'
import type { ObjectStore } from '../store/ports.ts'
import { ConflictChoices } from './conflict-choices.ts'
import { type ConflictSides, conflictSides } from './conflict-sides.ts'
import { indexVersions, isUnmerged } from './index-versions.ts'

export interface ConflictsInit {
  readonly root: string
  /** Where choices are kept, in a folder of their own. */
  readonly folder: string
  readonly documents: Pick<DocumentRooms, 'open' | 'save' | 'merge'>
  readonly objects: ObjectStore
  readonly masker: Masker | null
  /** Called before a document is changed. */
  readonly beforeWrite?: (document: OpenDocument) => Promise<void>
  /** False where git must not be asked: the folder came from elsewhere. */
  readonly isTrusted: boolean
  readonly disk?: Disk
  /** Largest file, in bytes. */
  readonly limit?: number
}

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal }

/** `NotebookConflicts` of the contract, with outputs as documents hold them. */
export type ListedConflicts = Omit<NotebookConflicts, 'conflicts'> & {
  readonly conflicts: readonly (Omit<NotebookConflict, 'ours' | 'theirs'> &
    Readonly<Record<'ours' | 'theirs', readonly Pick<CellForm, 'type' | 'source' | 'outputs'>[]>>)[]
}

/** The notebook with its marker cells. */
interface Found {
  readonly absolute: string
  readonly from: NotebookConflicts['from']
  readonly form: NotebookForm
  /** Writes what was decided; null if the notebook is another one by now. */
  readonly write: (form: NotebookForm, by: Actor) => Promise<Refusal | null>
}

/** Files up to this size, in bytes, can have two versions that are merged here. */
const LIMIT = 64 * 1024 * 1024
/** Files whose sides are kept, so that a page that asks again costs nothing. */
const MAX_READ = 4

export class Conflicts {
  readonly #init: Required<ConflictsInit>
  readonly #choices: ConflictChoices
  /** What was read from texts, by path and digest. */
  readonly #read = new Map<string, ConflictSides>()

  constructor(init: ConflictsInit) {
    this.#init = { disk: nodeDisk, limit: LIMIT, beforeWrite: async () => undefined, ...init }
    this.#choices = new ConflictChoices(this.#init.disk, join(init.folder, 'conflicts'))
  }

  /** The conflicts of the notebook at a project path, and the choices so far. */
  async list(path: string): Promise<Outcome<ListedConflicts>> {
    const found = await this.#find(path)
    return found.ok ? { ok: true, value: await this.#described(path, found.value) } : found
  }

  async choose(
    path: string,
    key: string,
    choice: ConflictChoice | null,
    by: string,
  ): Promise<Outcome<ListedConflicts>> {
    const found = await this.#find(path)
    if (!found.ok) return found
    const known = new Set(conflictGroups(found.value.form.cells).map((group) => group.key))
    if (!known.has(key)) return { ok: false, refusal: changed(path) }
    await this.#choices.set(path, key, choice === null ? null : { choice, by }, known)
    return { ok: true, value: await this.#described(path, found.value) }
  }

  async cancel(path: string): Promise<Outcome<ListedConflicts>> {
    const found = await this.#find(path)
    if (!found.ok) return found
    await this.#choices.remove(path)
    return { ok: true, value: await this.#described(path, found.value) }
  }

  /** Writes the notebook. Answers what git waits for. */
  async finish(
    path: string,
    version: string,
    by: Actor,
  ): Promise<Outcome<{ path: string; next: string[] | null }>> {
    const found = await this.#find(path)
    if (!found.ok) return found
    const { form, write, absolute, from } = found.value
    const groups = conflictGroups(form.cells)
    if (versionOf(groups) !== version) return { ok: false, refusal: changed(path) }
    const choices = await this.#choices.of(path)
    const open = groups.filter(({ key }) => !choices.has(key))
    if (open.length > 0) return { ok: false, refusal: undecided(path, open.length) }
    const decisions = new Map(
      groups.map((group) => [group.key, cellsOf(group, choices.get(group.key)?.choice ?? { take: 'both' })]),
    )
    const refusal = await write({ ...form, cells: decided(form.cells, decisions) }, by)
    if (refusal !== null) return { ok: false, refusal }
    await this.#choices.remove(path)
    const isWaiting = from !== 'cells' || (this.#init.isTrusted && (await isUnmerged(absolute)))
    return { ok: true, value: { path, next: isWaiting ? ['add', '--', path] : null } }
  }

  async #described(path: string, { form, from }: Found): Promise<ListedConflicts> {
    const [groups, choices] = [conflictGroups(form.cells), await this.#choices.of(path)]
    return {
      path,
      version: versionOf(groups),
      from,
      conflicts: groups.map((group, place) => ({
        key: group.key,
        // Three markers of each conflict before it, and its own first one, are no cells of the notebook.
        cell: group.start + 1 - 3 * place,
        base: group.base,
        ours: group.ours.map(shownCell),
        theirs: group.theirs.map(shownCell),
        choice: choices.get(group.key)?.choice ?? null,
        by: choices.get(group.key)?.by ?? null,
      })),
    }
  }

  async #find(path: string): Promise<Outcome<Found>> {
    const located = await locate(this.#init.root, path)
    if (!located.ok) return located
    try {
      const { disk, limit } = this.#init
      const { absolute } = located
      const stat = await disk.stat(absolute)
      const isText = stat?.isFile === true && stat.size <= limit
      const bytes = isText ? await disk.read(absolute) : new Uint8Array(0)
      return hasConflictMarkers(bytes)
        ? await this.#inText(path, absolute, bytes)
        : await this.#inCells(path, absolute)
    } catch (error) {
      return { ok: false, refusal: diskRefusal(error, path) }
    }
  }

  async #inCells(path: string, absolute: string): Promise<Outcome<Found>> {
    const { documents, beforeWrite } = this.#init
    const opened = await documents.open(path)
    if (!opened.ok) return opened
    const { document } = opened
    const form = readForm(document.doc)
    const write = async (next: NotebookForm, by: Actor): Promise<Refusal | null> => {
      if (!document.writable) return notWritable(path)
      await beforeWrite(document)
      await documents.merge(document.id, { file: { form: next }, large: new Map(), by }, form)
      return null
    }
    return { ok: true, value: { absolute, from: 'cells', form, write } }
  }

  async #inText(path: string, absolute: string, bytes: Uint8Array): Promise<Outcome<Found>> {
    const { disk, documents, objects, limit } = this.#init
    const digest = digestOf(bytes)
    const sides = await this.#sides(path, digest, absolute, bytes)
    if (!sides.ok) return sides
    const write = async (form: NotebookForm): Promise<Refusal | null> => {
      const file = await writeNotebook(sides.ours.file, form, (value) => objects.get(value))
      if (!(await disk.mayWrite(absolute))) return notWritable(path)
      const stat = await disk.stat(absolute)
      const isSame = stat !== null && stat.size <= limit && digestOf(await disk.read(absolute)) === digest
      if (!isSame) return changed(path)
      await disk.replace(absolute, fileText(file))
      const opened = await documents.open(path)
      // An open notebook merges the file like any change from outside.
      if (opened.ok) await documents.save(opened.document.id)
      return null
    }
    return { ok: true, value: { absolute, from: sides.from, form: sides.merged, write } }
  }

  async #sides(path: string, digest: string, absolute: string, bytes: Uint8Array) {
    const { objects, masker, isTrusted, limit } = this.#init
    const known = this.#read.get(`${path}\n${digest}`)
    if (known !== undefined) return known
    const index = async () => (isTrusted ? indexVersions(absolute, limit) : null)
    const sides = await conflictSides(path, bytes, index, masker)
    if (!sides.ok) return sides
    for (const value of sides.large.values()) await objects.put(value)
    const oldest = this.#read.size < MAX_READ ? undefined : this.#read.keys().next().value
    if (oldest !== undefined) this.#read.delete(oldest)
    this.#read.set(`${path}\n${digest}`, sides)
    return sides
  }
}

const shownCell = ({ type, source, outputs }: CellForm) => ({
  type,
  source,
  outputs,
})

const versionOf = (groups: readonly ConflictGroup[]): string =>
  createHash('sha256')
    .update(groups.map(({ key }) => key).join('\n'))
    .digest('hex')

/** The cells that a choice leaves. One cell of theirs takes the id of ours, so that it stays the same cell in the history. */
function cellsOf({ ours, theirs }: ConflictGroup, choice: ConflictChoice): readonly CellForm[] {
  const [own, other] = [ours[0], theirs[0]]
  const isOne = ours.length === 1 && theirs.length === 1
  if (choice.take === 'ours') return ours
  if (choice.take === 'both') return [...ours, ...theirs]
  if (choice.take !== 'edited')
    return isOne && own !== undefined && other !== undefined ? [{ ...other, id: own.id }] : theirs
  const first = own ?? other
  return first === undefined ? [] : [edited(first, [...ours, ...theirs], choice.source)]
}

/** Outputs stay only with the source that produced them. */
function edited(cell: CellForm, sides: readonly CellForm[], source: string): CellForm {
  const same = sides.find((side) => side.source === source && side.type === cell.type)
  const outputs = cell.outputs === null ? null : (same?.outputs ?? [])
  return { ...cell, source, outputs, executionCount: same?.executionCount ?? null }
}

const changed = (path: string): Refusal => ({
  code: 'conflictChanged',
  status: 409,
  message: `The conflicts of "${path}" changed meanwhile. Nothing was written.`,
  hint: 'Look at them again; choices for conflicts that are the same are kept.',
})

const undecided = (path: string, count: number): Refusal => ({
  code: 'undecided',
  status: 409,
  message: `${count} conflicts of "${path}" have no choice yet. Nothing was written.`,
  hint: 'Choose a version for each.',
})

const notWritable = (path: string): Refusal => ({
  code: 'forbidden',
  status: 403,
  message: `The server has no permission to write "${path}".`,
  hint: 'Change the permissions of the file, then finish again.',
})
