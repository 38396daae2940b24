/** Checkpoints of notebooks: which there are, and a new one of the document as it is now. */
import { z } from 'zod'
import { ProjectPath } from '../../../contract/ids.ts'
import { NewCheckpoint } from '../../../contract/past.ts'
import { readForm } from '../../document/document-form.ts'
import type { Documents } from '../../document/ports.ts'
import { notebookJson } from '../../export/notebook-json.ts'
import { locate } from '../../files/locate.ts'
import { type CheckpointEffects, makeCheckpoint } from '../../lineage/make-checkpoint.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { type Call, parse, type Route, readOnly } from '../route.ts'

export interface CheckpointParts extends CheckpointEffects {
  readonly root: string
  readonly documents: Pick<Documents, 'open'>
  readonly index: Pick<RunIndex, 'checkpoints'>
}

const Query = z.object({ notebook: ProjectPath.optional() })

export function checkpointRoutes(parts: CheckpointParts): readonly Route[] {
  return [
    {
      method: 'get',
      path: '/api/past/checkpoints',
      handle: async (call) => {
        const query = parse(Query, call.query)
        return query.ok ? json(await parts.index.checkpoints(query.value.notebook)) : query.reply
      },
    },
    { method: 'post', path: '/api/past/checkpoints', handle: (call) => make(parts, call) },
  ]
}

/** Outputs are left out: those that were recorded are with their runs. */
async function make(parts: CheckpointParts, call: Call): Promise<Reply> {
  if (!call.mayWrite) return refuse(readOnly)
  const parsed = parse(NewCheckpoint, call.body)
  if (!parsed.ok) return parsed.reply
  const { notebook, name } = parsed.value
  const located = await locate(parts.root, notebook)
  if (!located.ok) return refuse(located.refusal)
  const opened = await parts.documents.open(notebook)
  if (!opened.ok) return refuse(opened.refusal)
  const form = readForm(opened.document.doc)
  const cells = form.cells.map((cell) => (cell.outputs === null ? cell : { ...cell, outputs: [] }))
  const { id, name: actorName } = call.person
  const actor = { id, name: actorName }
  const ipynb = notebookJson({ ...form, nbformat: 4, minor: 5, cells })
  const made = await makeCheckpoint(parts, { name, notebook, documentId: opened.document.id, actor, ipynb })
  return json(made, 201)
}
