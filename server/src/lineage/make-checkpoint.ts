/**
 * A checkpoint: a name for a notebook's state, with the run that was its last then. Invariant: the state's bytes are
 * durable before the entry that names them. A name may be given again; the newest holder is meant by it.
 */
import type { Checkpoint } from '../../contract/past.ts'
import { maskedIpynb } from '../secrets/masked-ipynb.ts'
import type { Store } from '../store/ports.ts'

export interface CheckpointRequest {
  readonly name: string
  readonly notebook: string
  readonly documentId: string | null
  readonly actor: Checkpoint['actor']
  /** The notebook's file as it would be written now. */
  readonly ipynb: string | Uint8Array
}

export interface CheckpointEffects {
  readonly store: {
    readonly objects: Pick<Store['objects'], 'put'>
    readonly runs: Pick<Store['runs'], 'append'>
    readonly index: Pick<Store['index'], 'page'>
    readonly secrets: Store['secrets']
  }
  readonly now: () => string
  /** 20 random hex digits. */
  readonly newId: () => string
}

export async function makeCheckpoint(
  { store, now, newId }: CheckpointEffects,
  { name, notebook, documentId, actor, ipynb }: CheckpointRequest,
): Promise<Checkpoint> {
  const text = typeof ipynb === 'string' ? ipynb : Buffer.from(ipynb).toString()
  const state = await store.objects.put(Buffer.from(maskedIpynb(text, store.secrets.masker)))
  const [last] = (await store.index.page({ notebook, limit: 1 })).runs
  const checkpoint = { checkpoint: newId(), name, notebook, at: now(), actor, run: last?.run ?? null, state }
  await store.runs.append([{ type: 'checkpoint-made', documentId, ...checkpoint }])
  return checkpoint
}
