/** The trash of the project. */
import { trashApi } from '../../../contract/trash.ts'
import type { Files } from '../../files/files.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export const trashRoutes = (files: Files): readonly Route[] => [
  on(trashApi.list, async () => json([...(await files.trashed())])),
  on(trashApi.putBack, async ({ params, body }) => {
    const done = await files.putBack(params.item, body.path)
    return done.ok ? json(done.entry) : refuse(done.refusal)
  }),
  on(trashApi.remove, async ({ params }) => {
    const problem = await files.removeTrashed(params.item)
    return problem === null ? { kind: 'empty', headers: {} } : refuse(problem)
  }),
]
