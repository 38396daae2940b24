/** Opening a notebook: the document's id and epoch, by which its room is entered. */
import { z } from 'zod'
import type { OpenedNotebook } from '../../../contract/http.ts'
import { ProjectPath } from '../../../contract/ids.ts'
import type { Documents } from '../../document/ports.ts'
import { locate } from '../../files/locate.ts'
import { json, refuse } from '../reply.ts'
import { parse, type Route } from '../route.ts'

const OpenRequest = z.object({ path: ProjectPath })

export function notebookRoutes(root: string, documents: Pick<Documents, 'open'>): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/api/notebooks/open',
      handle: async (call) => {
        const parsed = parse(OpenRequest, call.body)
        if (!parsed.ok) return parsed.reply
        const located = await locate(root, parsed.value.path)
        if (!located.ok) return refuse(located.refusal)
        const opened = await documents.open(parsed.value.path)
        if (!opened.ok) return refuse(opened.refusal)
        const { path, id, epoch, writable } = opened.document
        const answer: OpenedNotebook = { path, documentId: id, epoch, writable: writable && call.mayWrite }
        return json(answer)
      },
    },
  ]
}
