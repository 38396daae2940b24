/** Opening a notebook: the document's id and epoch, by which its room is entered. */
import { fileApi } from '../../../contract/file-api.ts'
import type { OpenedNotebook, WrittenNotebook } from '../../../contract/http.ts'
import { mayActAs, Role } from '../../../contract/route.ts'
import type { Documents } from '../../document/ports.ts'
import { diskRefusal } from '../../files/disk-error.ts'
import { locate } from '../../files/locate.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function notebookRoutes(
  root: string,
  documents: Pick<Documents, 'open' | 'get' | 'writeAgain'>,
): readonly Route[] {
  return [
    on(fileApi.open, async ({ body, role }) => {
      const located = await locate(root, body.path)
      if (!located.ok) return refuse(located.refusal)
      const opened = await documents.open(body.path)
      if (!opened.ok) return refuse(opened.refusal)
      const { path, id, epoch, writable } = opened.document
      const mayWrite = writable && mayActAs(role, 'editor')
      const answer = { path, documentId: id, epoch, writable: mayWrite, role: Role.parse(role) }
      return json(answer satisfies OpenedNotebook)
    }),
    on(fileApi.writeAgain, ({ params }) => writeAgain(documents, params.document)),
  ]
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
