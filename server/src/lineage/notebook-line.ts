/** A notebook of the history, for a person: where it is, and what it is a copy of. */
import type { NotebookLine } from '../../contract/past.ts'
import type { RunIndex } from '../store/ports.ts'

/** Null where the history knows no such notebook. `named` is a path or an id. */
export async function notebookLine(
  index: Pick<RunIndex, 'notebook'>,
  named: string,
): Promise<NotebookLine | null> {
  const notebook = await index.notebook(named)
  if (notebook === null) return null
  const original = notebook.copiedFrom === null ? null : await index.notebook(notebook.copiedFrom)
  const copiedFrom = original === null ? null : { id: original.id, path: original.path }
  return { id: notebook.id, path: notebook.path, copiedFrom }
}
