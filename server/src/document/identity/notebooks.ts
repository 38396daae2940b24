/**
 * The identities of a project's notebooks. A notebook keeps its id when its file is renamed or moved, by this program or
 * another, and when another branch is checked out; a copy gets an id of its own. Invariant: nothing is written into
 * the file for it, and the log says of each moment which notebook a path meant.
 */
import { UNPLACED } from '../../store/index-notebooks.ts'
import type { NotebookMarks, NotebookPlaced } from '../../store/log-entry.ts'
import type { KnownNotebook, RunIndex, RunLog, UpdateLog } from '../../store/ports.ts'
import { likenessOf } from './marks.ts'
import { isPlainly, type RecogniseEffects, recognise } from './recognise.ts'

export interface NotebooksInit {
  readonly index: Pick<RunIndex, 'notebooks' | 'notebook'>
  readonly log: Pick<RunLog, 'append'>
  /** Documents of a history from before notebooks had ids: theirs become the notebooks'. */
  readonly updates: Pick<UpdateLog, 'findByPath'>
  readonly look: RecogniseEffects['look']
  /** The notebook files of the project. */
  readonly files: () => AsyncIterable<string>
  readonly now: () => string
  /** A new id. */
  readonly newId: () => string
}

/** Shares below which the recorded marks are replaced by those of the file as it is now. */
const OUTDATED = 0.8
/** So many files are read in search of a notebook. */
const MOST_LOOKS = 500

export class Notebooks {
  readonly #init: NotebooksInit
  /** One after the other: two files must not both be recognised as the notebook that moved. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(init: NotebooksInit) {
    this.#init = init
  }

  /** The id of the notebook whose file is at `path` and has these marks; from now on that is what the path means. */
  identify(path: string, marks: NotebookMarks): Promise<string> {
    return this.#inTurn(() => this.#identify(path, marks))
  }

  written(id: string, marks: NotebookMarks): Promise<void> {
    return this.#inTurn(async () => {
      const notebook = await this.#init.index.notebook(id)
      if (notebook?.id === id && notebook.state === 'there') await this.#stay(notebook, marks)
    })
  }

  /** The file, or all files below the folder, were moved by this program. */
  moved(from: string, to: string): Promise<void> {
    return this.#inTurn(async () => {
      const known = await this.#init.index.notebooks()
      for (const notebook of known)
        if (notebook.state === 'there' && isWithin(notebook.path, from))
          await this.#move(notebook, to + notebook.path.slice(from.length), null, known)
    })
  }

  async find(id: string): Promise<string | null> {
    const notebook = await this.#init.index.notebook(id)
    if (notebook === null || notebook.id !== id || notebook.state === 'trashed') return null
    if (notebook.state === 'there' && (await this.#isAt(id, notebook.path))) return notebook.path
    let left = MOST_LOOKS
    for await (const path of this.#init.files()) {
      const there = await this.#init.index.notebook(path)
      if (there?.state === 'there' && there.path === path) continue
      if (await this.#isAt(id, path)) return path
      if (--left === 0) return null
    }
    return null
  }

  async #isAt(id: string, path: string): Promise<boolean> {
    const marks = await this.#init.look(path)
    return marks !== null && (await this.identify(path, marks)) === id
  }

  /** The file at `path` has these marks and was copied from a notebook by this program. Returns the copy's id. */
  copied(from: string, path: string, marks: NotebookMarks): Promise<string> {
    return this.#inTurn(async () => {
      const id = this.#init.newId()
      await this.#append([this.#entry(id, path, { why: 'copied', copiedFrom: from, marks })])
      return id
    })
  }

  /** The file, or all files below the folder, are in the trash. */
  trashed(path: string): Promise<void> {
    return this.#inTurn(async () => {
      const known = await this.#init.index.notebooks()
      for (const notebook of known)
        if (notebook.state === 'there' && isWithin(notebook.path, path)) await this.#trash(notebook, known)
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    return done
  }

  async #identify(path: string, marks: NotebookMarks): Promise<string> {
    const here = await this.#init.index.notebook(path)
    if (here !== null && here.path === path && isPlainly(marks, here)) {
      await this.#stay(here, marks)
      return here.id
    }
    const known = await this.#init.index.notebooks()
    const found = await recognise(path, marks, { known, look: this.#init.look })
    if (found.kind === 'moved') await this.#move(found.notebook, path, marks, known)
    else if (found.kind === 'here' && !isUnplaced(found.notebook)) await this.#stay(found.notebook, marks)
    else if (found.kind === 'new' && found.from !== null) await this.#copy(found.from, path, marks, known)
    else await this.#first(path, marks, known)
    // Another process may have seen the file at the same moment: the index decides between the two.
    const placed = await this.#init.index.notebook(path)
    if (placed === null) throw new Error(`no notebook was placed at "${path}"`)
    return placed.id
  }

  async #stay({ id, path, marks: before, isSeen }: KnownNotebook, marks: NotebookMarks): Promise<void> {
    if (!isSeen || isOutdated(before, marks))
      await this.#append([this.#entry(id, path, { why: 'seen', marks })])
  }

  async #first(path: string, marks: NotebookMarks, known: readonly KnownNotebook[]): Promise<void> {
    await this.#append([this.#entry(await this.#newId(path, known), path, { why: 'first', marks })])
  }

  async #copy(
    from: KnownNotebook,
    path: string,
    marks: NotebookMarks,
    known: readonly KnownNotebook[],
  ): Promise<void> {
    const original = isUnplaced(from) ? await this.#newId(from.path, known) : from.id
    const copy = { why: 'copied', copiedFrom: original, marks } as const
    await this.#append([
      ...(isUnplaced(from) ? [this.#entry(original, from.path, { why: 'first' })] : []),
      this.#entry(this.#init.newId(), path, copy),
    ])
  }

  /** A notebook without an id is given one where it was. */
  async #move(
    notebook: KnownNotebook,
    path: string,
    marks: NotebookMarks | null,
    known: readonly KnownNotebook[],
  ): Promise<void> {
    const id = isUnplaced(notebook) ? await this.#newId(notebook.path, known) : notebook.id
    await this.#append([
      ...(isUnplaced(notebook) ? [this.#entry(id, notebook.path, { why: 'first' })] : []),
      this.#entry(id, path, { why: 'moved', marks }),
    ])
  }

  async #trash(notebook: KnownNotebook, known: readonly KnownNotebook[]): Promise<void> {
    const id = isUnplaced(notebook) ? await this.#newId(notebook.path, known) : notebook.id
    await this.#append([
      ...(isUnplaced(notebook) ? [this.#entry(id, notebook.path, { why: 'first' })] : []),
      this.#entry(id, notebook.path, { why: 'trashed' }),
    ])
  }

  /** The id of the document at the path where it is not yet that of a notebook; else a new one. */
  async #newId(path: string, known: readonly KnownNotebook[]): Promise<string> {
    const document = await this.#init.updates.findByPath(path)
    const isFree = document !== null && !known.some(({ id }) => id === document)
    return isFree ? document : this.#init.newId()
  }

  #entry(
    notebookId: string,
    path: string,
    more: Pick<NotebookPlaced, 'why'> & Partial<Pick<NotebookPlaced, 'copiedFrom' | 'marks'>>,
  ): NotebookPlaced {
    const at = this.#init.now()
    return { type: 'notebook-placed', at, notebookId, path, copiedFrom: null, marks: null, ...more }
  }

  async #append(entries: readonly NotebookPlaced[]): Promise<void> {
    if (entries.length > 0) await this.#init.log.append(entries)
  }
}

const isUnplaced = ({ id }: KnownNotebook): boolean => id.startsWith(UNPLACED)
const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

function isOutdated(before: NotebookMarks, now: NotebookMarks): boolean {
  const { ids, sources } = likenessOf(before, now)
  const lengths = (marks: NotebookMarks) => marks.ids.length + marks.shortIds.length
  const grown = Math.abs(lengths(before) - lengths(now)) > lengths(before) * (1 - OUTDATED)
  return before.file !== now.file || (ids ?? 1) < OUTDATED || (sources ?? 1) < OUTDATED || grown
}
