/**
 * Opens a notebook where no server has the project: with the documents that a server would have. Invariant: the project
 * is locked meanwhile, so that no server opens the same documents.
 */
import { createDocuments, type DocumentRooms } from '../document/documents.ts'
import { projectNotebooks } from '../document/identity/project-notebooks.ts'
import type { LiveDocument } from '../document/live-document.ts'
import type { Refusal } from '../document/ports.ts'
import type { Store } from '../store/ports.ts'
import { type Holder, ServerLock } from '../user/server-lock.ts'

export type InProcess<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** A server has the project. */
  | { readonly kind: 'served'; readonly holder: Holder }

/** Opens the notebook at a project path, passes it to `work`, and saves it. `root` is the project folder's real path. */
export async function withDocument<T>(
  { root, store, path }: { readonly root: string; readonly store: Store; readonly path: string },
  work: (document: LiveDocument, documents: DocumentRooms) => Promise<T>,
): Promise<InProcess<T>> {
  const lock = await ServerLock.take(root, 'run', 'work')
  if (!(lock instanceof ServerLock)) return { kind: 'served', holder: lock }
  const { updates, objects, secrets } = store
  const notebooks = projectNotebooks(root, store)
  const documents = createDocuments({ root, updates, objects, notebooks, masker: secrets.masker })
  try {
    const opened = await documents.open(path)
    if (!opened.ok) return { kind: 'refused', refusal: opened.refusal }
    const document = documents.live(opened.document.id)
    if (document === null) throw new Error(`"${path}" was closed while it was being opened`)
    return { kind: 'done', value: await work(document, documents) }
  } finally {
    await documents.close()
    lock.release()
  }
}
