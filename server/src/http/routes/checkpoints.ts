/** Checkpoints of notebooks: which there are, what is in one, a new one of the document as it is now, restoring one. */
import { pastApi } from '../../../contract/past-api.ts'
import type { Documents, OpenDocument } from '../../document/ports.ts'
import { locate } from '../../files/locate.ts'
import { makeCheckpoint } from '../../lineage/make-checkpoint.ts'
import { type RestoreParts, requestOf, restoreCheckpoint, stateOf } from '../../lineage/restore-checkpoint.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export interface CheckpointParts extends RestoreParts {
  readonly root: string
  readonly documents: Pick<Documents, 'open' | 'flushed'>
}

export function checkpointRoutes(parts: CheckpointParts): readonly Route[] {
  return [
    on(pastApi.checkpoints, async ({ query }) => json(await parts.index.checkpoints(query.notebook))),
    on(pastApi.makeCheckpoint, ({ body, person }) =>
      inDocument(parts, body.notebook, async (document) =>
        json(await makeCheckpoint(parts, requestOf(document, person, { name: body.name }))),
      ),
    ),
    on(pastApi.checkpoint, async ({ params }) => {
      const found = await stateOf(parts, params.checkpoint)
      if (!found.ok) return refuse(found.refusal)
      const cells = found.form.cells.map(({ id, type, source }) => ({ cellId: id, type, source }))
      return json({ checkpoint: found.checkpoint, cells })
    }),
    on(pastApi.restoreCheckpoint, ({ params, body, person }) =>
      inDocument(parts, body.notebook, async (document) => {
        const restored = await restoreCheckpoint(parts, document, person, params.checkpoint)
        return restored.ok ? json(restored.checkpoint) : refuse(restored.refusal)
      }),
    ),
  ]
}

async function inDocument(
  { root, documents }: CheckpointParts,
  notebook: string,
  act: (document: OpenDocument) => Promise<Reply>,
): Promise<Reply> {
  const located = await locate(root, notebook)
  if (!located.ok) return refuse(located.refusal)
  const opened = await documents.open(notebook)
  return opened.ok ? act(opened.document) : refuse(opened.refusal)
}
