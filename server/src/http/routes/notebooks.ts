/** Opening a notebook: the document's id and epoch, by which its room is entered. */
import { fileApi } from '../../../contract/file-api.ts'
import type { OpenedNotebook, WrittenNotebook } from '../../../contract/http.ts'
import { mayActAs, Role } from '../../../contract/route.ts'
import type { DocumentRooms } from '../../document/documents.ts'
import type { Documents, Opened } from '../../document/ports.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import { locate } from '../../files/locate.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'
import { NOT_HERE } from '../scope.ts'

export function notebookRoutes(
  root: string,
  documents: Pick<DocumentRooms, 'open' | 'openById' | 'get' | 'writeAgain'>,
): readonly Route[] {
  return [
    on(fileApi.open, async ({ body, role: named, scope }) => {
      const opened = await openNamed(root, documents, body)
      if (!opened.ok) return refuse(opened.refusal)
      const { path, id, epoch, writable } = opened.document
      const role = scope === null ? named : await scope.at({ path, document: id })
      if (role === 'none') return refuse(NOT_HERE)
      const mayWrite = writable && mayActAs(role, 'editor')
      const answer = { path, documentId: id, epoch, writable: mayWrite, role: Role.parse(role) }
      return json(answer satisfies OpenedNotebook)
    }),
    on(fileApi.writeAgain, ({ params }) => writeAgain(documents, params.document)),
  ]
}

/** The notebook of the id, if one is given and known; else what is at the path. */
async function openNamed(
  root: string,
  documents: Pick<DocumentRooms, 'open' | 'openById'>,
  { path, document }: { readonly path: string; readonly document?: string | undefined },
): Promise<Opened> {
  const located = await locate(root, path)
  const opened: Opened = located.ok ? await documents.open(path) : { ok: false, refusal: located.refusal }
  if (document === undefined || (opened.ok && opened.document.id === document)) return opened
  const named = await documents.openById(document)
  return named === null ? opened : { ok: true, document: named }
}

async function writeAgain(documents: Pick<Documents, 'get' | 'writeAgain'>, id: string): Promise<Reply> {
  const document = documents.get(id)
  if (document === null) return refuse(notOpen)
  try {
    return json({ path: await documents.writeAgain(id) } satisfies WrittenNotebook)
  } catch (error) {
    return refuse(diskRefusal(error, document.path))
  }
}

const notOpen = {
  code: 'missing',
  status: 404,
  message: 'This notebook is not open.',
  hint: 'Open it again.',
}
