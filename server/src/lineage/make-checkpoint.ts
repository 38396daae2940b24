/**
 * A checkpoint: a name for a notebook's state, with the run that was its last then. Invariant: the state's bytes are
 * durable before the entry that names them. A name may be given again; the newest holder is meant by it.
 */
import type { Digest } from '../../contract/ids.ts'
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
  readonly why?: Checkpoint['why']
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
  effects: CheckpointEffects,
  request: CheckpointRequest,
): Promise<Checkpoint> {
  return append(effects, request, await put(effects, request))
}

/** As `makeCheckpoint`, for the server's own: null, and nothing is made, if the newest checkpoint has this state. */
export async function makeUnlessSame(
  effects: CheckpointEffects & { readonly store: { readonly index: Pick<Store['index'], 'checkpoints'> } },
  request: CheckpointRequest,
): Promise<Checkpoint | null> {
  const state = await put(effects, request)
  const [newest] = await effects.store.index.checkpoints(request.documentId ?? request.notebook)
  return newest?.state === state ? null : append(effects, request, state)
}

function put({ store }: CheckpointEffects, { ipynb }: CheckpointRequest): Promise<Digest> {
  const text = typeof ipynb === 'string' ? ipynb : Buffer.from(ipynb).toString()
  return store.objects.put(Buffer.from(maskedIpynb(text, store.secrets.masker)))
}

async function append(
  { store, now, newId }: CheckpointEffects,
  { name, notebook, documentId, actor, why }: CheckpointRequest,
  state: Digest,
): Promise<Checkpoint> {
  const [last] = (await store.index.page({ notebook, limit: 1 })).runs
  const checkpoint: Checkpoint = {
    checkpoint: newId(),
    name,
    notebook,
    at: now(),
    actor,
    run: last?.run ?? null,
    state,
    ...(why === undefined ? {} : { why }),
  }
  await store.runs.append([{ type: 'checkpoint-made', documentId, ...checkpoint }])
  return checkpoint
}
