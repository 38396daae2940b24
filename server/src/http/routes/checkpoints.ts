/** Checkpoints of notebooks: which there are, what is in one, a new one of the document as it is now, restoring one. */
import type { Checkpoint } from '../../../contract/past.ts'
import { pastApi } from '../../../contract/past-api.ts'
import type { Documents, OpenDocument, Refusal } from '../../document/ports.ts'
import { locate } from '../../files/locate.ts'
import { checkpointText, readState, restoreState } from '../../lineage/checkpoint-state.ts'
import {
  type CheckpointEffects,
  type CheckpointRequest,
  makeCheckpoint,
  makeUnlessSame,
} from '../../lineage/make-checkpoint.ts'
import type { Person } from '../../people/people.ts'
import type { ObjectStore, RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export interface CheckpointParts extends CheckpointEffects {
  readonly store: CheckpointEffects['store'] & {
    readonly index: Pick<RunIndex, 'checkpoints' | 'page'>
  }
  readonly root: string
  readonly documents: Pick<Documents, 'open' | 'flushed'>
  readonly index: Pick<RunIndex, 'checkpoints'>
  /** Null if the bytes are gone. */
  readonly read: (digest: string) => ReturnType<ObjectStore['get']>
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
      inDocument(parts, body.notebook, (document) => restore(parts, document, person, params.checkpoint)),
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

const requestOf = (
  document: OpenDocument,
  { id, name }: Person,
  what: Pick<Checkpoint, 'name' | 'why'>,
): CheckpointRequest => ({
  ...what,
  notebook: document.path,
  documentId: document.id,
  actor: { id, name },
  ipynb: checkpointText(document.doc),
})

/** What is there now becomes a checkpoint first, so that a person can undo the restore. */
async function restore(
  parts: CheckpointParts,
  document: OpenDocument,
  person: Person,
  id: string,
): Promise<Reply> {
  const found = await stateOf(parts, id)
  if (!found.ok) return refuse(found.refusal)
  const own = await parts.index.checkpoints(document.id)
  if (!own.some(({ checkpoint }) => checkpoint === found.checkpoint.checkpoint)) return refuse(ofAnother)
  if (!document.writable) return refuse(notWritable)
  const { name } = found.checkpoint
  await makeUnlessSame(parts, requestOf(document, person, { name, why: 'before-restore' }))
  restoreState(document.doc, found.form)
  await parts.documents.flushed(document.id)
  return json(await makeCheckpoint(parts, requestOf(document, person, { name, why: 'restored' })))
}

type State =
  | {
      readonly ok: true
      readonly checkpoint: Checkpoint
      readonly form: NonNullable<ReturnType<typeof readState>>
    }
  | { readonly ok: false; readonly refusal: Refusal }

async function stateOf({ index, read }: CheckpointParts, id: string): Promise<State> {
  const checkpoint = (await index.checkpoints()).find((one) => one.checkpoint === id)
  if (checkpoint === undefined) return { ok: false, refusal: missing }
  const bytes = await read(checkpoint.state)
  const form = bytes && readState(bytes)
  return form ? { ok: true, checkpoint, form } : { ok: false, refusal: bytesGone }
}

const missing: Refusal = { code: 'missing', status: 404, message: 'There is no such checkpoint.' }
const bytesGone: Refusal = {
  code: 'missing',
  status: 404,
  message: 'The state of this checkpoint was removed from the history.',
}
const ofAnother: Refusal = {
  code: 'conflict',
  status: 409,
  message: 'This checkpoint is of another notebook.',
}
const notWritable: Refusal = {
  code: 'forbidden',
  status: 403,
  message: 'The file of this notebook is read-only.',
  hint: 'Make the file writable, then restore again.',
}
