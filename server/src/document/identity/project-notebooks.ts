/** The notebooks of a project folder: its files on one side, its history on the other. */
import { randomBytes } from 'node:crypto'
import { UNPLACED } from '../../store/index-notebooks.ts'
import type { NotebookMarks } from '../../store/log-entry.ts'
import type { ReadOnlyStore } from '../../store/open-store.ts'
import type { Store } from '../../store/ports.ts'
import { nodeDisk } from '../disk.ts'
import { loadFile } from '../project-file.ts'
import { identitiesByPath, type NotebookIdentities } from './document-places.ts'
import { notebookFiles } from './find-file.ts'
import { marksOf } from './marks.ts'
import { Notebooks } from './notebooks.ts'
import { isPlainly, recognise } from './recognise.ts'

/** Largest file that is read to recognise it, bytes. */
const LIMIT = 128 * 1024 * 1024

/** The identities of the notebooks below `root`. */
export const projectNotebooks = (root: string, store: Store): Notebooks =>
  new Notebooks({
    index: store.index,
    log: store.runs,
    updates: store.updates,
    look: (path) => marksAt(root, path),
    files: () => notebookFiles(root),
    now: () => new Date().toISOString(),
    newId,
  })

const newId = (): string => randomBytes(10).toString('hex')

/**
 * The same of a project whose history is only read: a notebook that the history knows has its id, so that its runs are
 * found; another is what is at its path. Nothing is recorded.
 */
export function visitedNotebooks(root: string, store: Store): NotebookIdentities {
  const byPath = identitiesByPath(store.updates, newId)
  return {
    ...byPath,
    identify: async (path, marks) => {
      const id = await notebookIdAt(root, store.index, path)
      return id.startsWith(UNPLACED) ? byPath.identify(path, marks) : id
    },
  }
}

/** The marks of the notebook at a project path; null where no notebook can be read. */
export async function marksAt(root: string, path: string): Promise<NotebookMarks | null> {
  const loaded = await loadFile(nodeDisk, root, path, LIMIT)
  return loaded.ok ? marksOf(loaded.file.form, loaded.stat.identity) : null
}

/** Records which notebook is at a project path, before something is recorded under that path. */
export async function identifyFile(root: string, store: Store, path: string): Promise<void> {
  const marks = await marksAt(root, path)
  if (marks !== null) await projectNotebooks(root, store).identify(path, marks)
}

/**
 * The id by which the history knows the notebook at a project path, also where its file was moved and the history does
 * not say so yet; of a path without a file, the notebook that was last there. Writes nothing.
 */
export async function notebookIdAt(
  root: string,
  index: Pick<ReadOnlyStore['index'], 'notebook' | 'notebooks'>,
  path: string,
): Promise<string> {
  const marks = await marksAt(root, path)
  const here = await index.notebook(path)
  if (marks === null) return here?.id ?? UNPLACED + path
  if (here !== null && here.path === path && isPlainly(marks, here)) return here.id
  const known = await index.notebooks()
  const found = await recognise(path, marks, { known, look: (other) => marksAt(root, other) })
  return found.kind === 'new' ? UNPLACED + path : found.notebook.id
}
