/** A project with one notebook on the real store, and its comments. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Actor } from '../../contract/actor.ts'
import { Comments } from '../../src/comments/comments.ts'
import { createDocuments, type DocumentRooms } from '../../src/document/documents.ts'
import { projectNotebooks } from '../../src/document/identity/project-notebooks.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/ports.ts'

export interface Commented {
  readonly store: Store
  readonly documents: DocumentRooms
  readonly comments: Comments
  /** The id of `a.ipynb`. */
  readonly notebook: string
  close(): Promise<void>
}

const cell = (id: string, source: string): object => ({
  cell_type: 'code',
  id,
  source,
  metadata: {},
  outputs: [],
  execution_count: null,
})

export async function openCommented(root: string, people: readonly Actor[] = []): Promise<Commented> {
  const file = join(root, 'a.ipynb')
  const cells = [cell('a', 'mass = 3\nweight = mass * 9.81'), cell('b', 'print(weight)')]
  const text = JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 })
  await readFile(file).catch(() => writeFile(file, text))
  const store = await openStore({ root })
  const { updates, objects } = store
  const documents = createDocuments({ root, updates, objects, notebooks: projectNotebooks(root, store) })
  const opened = await documents.open('a.ipynb')
  if (!opened.ok) throw new Error(opened.refusal.message)
  let count = 0
  const comments = new Comments({
    updates,
    documents,
    people: () => people,
    mask: (words) => words.replaceAll('hunter2', '***'),
    newId: () => `${process.pid}-${count++}`,
    calmMs: 1,
    changes: { burst: 5000, perSecond: 5000 },
  })
  const close = async (): Promise<void> => {
    await comments.close()
    await documents.close()
    await store.close()
  }
  return { store, documents, comments, notebook: opened.document.id, close }
}
