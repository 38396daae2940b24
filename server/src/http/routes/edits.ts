/** Who edited the cells of a notebook last. */
import { fileApi } from '../../../contract/file-api.ts'
import type { LastEdits } from '../../document/last-edits.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export const editRoutes = (lastEdits: Pick<LastEdits, 'list'>): readonly Route[] => [
  on(fileApi.edits, async ({ params }) => {
    const edits = await lastEdits.list(params.document)
    return edits === null ? refuse(missing) : json({ edits: [...edits] })
  }),
]

const missing = {
  code: 'missing',
  status: 404,
  message: 'There is no such notebook.',
  hint: 'Open it again.',
}
