/** Checkpoints of notebooks: which there are, and a new one of the document as it is now. */
import type { z } from 'zod'
import type { NewCheckpoint } from '../../../contract/past.ts'
import { pastApi } from '../../../contract/past-api.ts'
import { readForm } from '../../document/document-form.ts'
import { notebookJson } from '../../document/notebook-json.ts'
import type { Documents } from '../../document/ports.ts'
import { locate } from '../../files/locate.ts'
import { type CheckpointEffects, makeCheckpoint } from '../../lineage/make-checkpoint.ts'
import type { Person } from '../../people/people.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export interface CheckpointParts extends CheckpointEffects {
  readonly root: string
  readonly documents: Pick<Documents, 'open'>
  readonly index: Pick<RunIndex, 'checkpoints'>
}

export function checkpointRoutes(parts: CheckpointParts): readonly Route[] {
  return [
    on(pastApi.checkpoints, async ({ query }) => json(await parts.index.checkpoints(query.notebook))),
    on(pastApi.makeCheckpoint, ({ body, person }) => make(parts, body, person)),
  ]
}

/** Outputs are left out: those that were recorded are with their runs. */
async function make(
  parts: CheckpointParts,
  { notebook, name }: z.infer<typeof NewCheckpoint>,
  person: Person,
): Promise<Reply> {
  const located = await locate(parts.root, notebook)
  if (!located.ok) return refuse(located.refusal)
  const opened = await parts.documents.open(notebook)
  if (!opened.ok) return refuse(opened.refusal)
  const form = readForm(opened.document.doc)
  const cells = form.cells.map((cell) => (cell.outputs === null ? cell : { ...cell, outputs: [] }))
  const actor = { id: person.id, name: person.name }
  const ipynb = notebookJson({ ...form, nbformat: 4, minor: 5, cells })
  const made = await makeCheckpoint(parts, { name, notebook, documentId: opened.document.id, actor, ipynb })
  return json(made)
}
