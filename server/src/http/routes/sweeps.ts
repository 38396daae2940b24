/** Sweeps of a notebook: started by those who may run code, looked at by those who may read. */
import { dirname, join } from 'node:path'
import type { Kernels } from '@yesterday/kernel-bridge'
import { sweepApi } from '../../../contract/sweeps.ts'
import { readForm } from '../../document/document-form.ts'
import type { DocumentRooms } from '../../document/documents.ts'
import { MissingKernelError, specNamedBy } from '../../session/missing-kernel.ts'
import type { Sessions } from '../../session/sessions.ts'
import { NOT_TRUSTED } from '../../setup/restricted-kernels.ts'
import type { Store } from '../../store/ports.ts'
import type { Sweeps } from '../../sweeps/sweeps.ts'
import type { SweepWorld } from '../../sweeps/trial.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** How long a look waits for news. */
const WAIT_MS = 20_000

export interface SweepParts {
  readonly root: string
  readonly store: Store
  readonly kernels: Kernels
  readonly documents: Pick<DocumentRooms, 'live'>
  readonly sessions: Pick<Sessions, 'of' | 'withKernel'>
  readonly sweeps: Sweeps
  /** The kernelspec of a notebook that names none. */
  readonly defaultSpec: () => Promise<string>
  /** False if nothing runs here. */
  readonly isTrusted: boolean
}

export function sweepRoutes(parts: SweepParts): readonly Route[] {
  const { sweeps } = parts
  return [
    on(sweepApi.sweeps, async ({ params }) => json(await sweeps.list(params.document))),
    on(sweepApi.startSweep, async ({ params, body, person }) => {
      if (!parts.isTrusted) return refuse({ code: 'untrusted', status: 403, message: NOT_TRUSTED })
      const { document } = params
      const actor = { id: person.id, name: person.name }
      const world = await worldOf(parts, document, actor)
      if ('kind' in world) return world
      const started = sweeps.start(document, world, body)
      if (!('code' in started)) return json(started)
      return refuse({ ...started, status: started.code === 'busy' ? 409 : 400 })
    }),
    on(sweepApi.sweep, async ({ params, query }) =>
      sweepReply(await sweeps.look(params.document, params.sweep, query.after ?? null, WAIT_MS)),
    ),
    on(sweepApi.stopSweep, async ({ params }) => sweepReply(sweeps.stop(params.document, params.sweep))),
  ]
}

const sweepReply = (sweep: object | null): Reply =>
  sweep === null ? refuse({ code: 'missing', status: 404, message: 'There is no such sweep.' }) : json(sweep)

/** The notebook as it is now, and the kernel that it has or would get. */
async function worldOf(
  { root, store, kernels, documents, sessions, defaultSpec }: SweepParts,
  document: string,
  actor: SweepWorld['actor'],
): Promise<SweepWorld | Reply> {
  const live = documents.live(document)
  if (live === null) return refuse({ code: 'missing', status: 404, message: 'This notebook is not open.' })
  const form = readForm(live.doc)
  const running = sessions.withKernel().includes(document) ? sessions.of(document).view().kernel.spec : null
  try {
    const spec = running ?? (await specNamedBy(kernels, form.metadata)) ?? (await defaultSpec())
    return {
      ...{ store, kernels, form, actor, timeout: undefined },
      path: live.path,
      cwd: dirname(join(root, live.path)),
      spec: async () => spec,
    }
  } catch (error) {
    if (!(error instanceof MissingKernelError)) throw error
    return refuse({ code: 'missingKernel', status: 409, message: error.message, hint: error.hint })
  }
}
