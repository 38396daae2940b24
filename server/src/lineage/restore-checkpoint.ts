/**
 * Makes the cells of an open notebook those of a checkpoint. Invariant: nothing is replaced: the state before becomes a
 * checkpoint first, and the state after is one as well.
 */
import type { Checkpoint } from '../../contract/past.ts'
import type { OpenDocument, Refusal } from '../document/ports.ts'
import type { ObjectStore, RunIndex } from '../store/ports.ts'
import { checkpointText, readState, restoreState } from './checkpoint-state.ts'
import {
  type CheckpointEffects,
  type CheckpointRequest,
  makeCheckpoint,
  makeUnlessSame,
} from './make-checkpoint.ts'

export interface RestoreParts extends CheckpointEffects {
  readonly store: CheckpointEffects['store'] & {
    readonly index: Pick<RunIndex, 'checkpoints' | 'page'>
  }
  readonly documents: { readonly flushed: (document: string) => Promise<void> }
  readonly index: Pick<RunIndex, 'checkpoints'>
  /** Null if the bytes are gone. */
  readonly read: (digest: string) => ReturnType<ObjectStore['get']>
}

export type RestoreResult =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly refusal: Refusal }

export async function restoreCheckpoint(
  parts: RestoreParts,
  document: OpenDocument,
  actor: Checkpoint['actor'],
  id: string,
): Promise<RestoreResult> {
  const found = await stateOf(parts, id)
  if (!found.ok) return found
  const own = await parts.index.checkpoints(document.id)
  if (!own.some(({ checkpoint }) => checkpoint === found.checkpoint.checkpoint)) return refused(ofAnother)
  if (!document.writable) return refused(notWritable)
  const { name } = found.checkpoint
  await makeUnlessSame(parts, requestOf(document, actor, { name, why: 'before-restore' }))
  restoreState(document.doc, found.form, { id: actor.id, name: actor.name })
  await parts.documents.flushed(document.id)
  const checkpoint = await makeCheckpoint(parts, requestOf(document, actor, { name, why: 'restored' }))
  return { ok: true, checkpoint }
}

/** A checkpoint of the document as it is now. */
export const requestOf = (
  document: OpenDocument,
  { id, name }: Checkpoint['actor'],
  what: Pick<Checkpoint, 'name' | 'why'>,
): CheckpointRequest => ({
  ...what,
  notebook: document.path,
  documentId: document.id,
  actor: { id, name },
  ipynb: checkpointText(document.doc),
})

type State =
  | {
      readonly ok: true
      readonly checkpoint: Checkpoint
      readonly form: NonNullable<ReturnType<typeof readState>>
    }
  | { readonly ok: false; readonly refusal: Refusal }

/** A checkpoint with its cells. */
export async function stateOf(
  { index, read }: Pick<RestoreParts, 'index' | 'read'>,
  id: string,
): Promise<State> {
  const checkpoint = (await index.checkpoints()).find((one) => one.checkpoint === id)
  if (checkpoint === undefined) return refused(missing)
  const bytes = await read(checkpoint.state)
  const form = bytes && readState(bytes)
  return form ? { ok: true, checkpoint, form } : refused(bytesGone)
}

const refused = (refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal,
})

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
