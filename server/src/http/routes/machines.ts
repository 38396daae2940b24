/** What kernels use, and the way to stop one. */
import type { Actor } from '../../../contract/actor.ts'
import { type KernelUse, machineApi } from '../../../contract/machines.ts'
import type { Meter } from '../../machines/meter.ts'
import type { Sessions } from '../../session/sessions.ts'
import type { Store } from '../../store/ports.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export interface MachineParts {
  readonly meter: Pick<Meter, 'measure'>
  readonly sessions: Pick<Sessions, 'of' | 'withKernel'>
  readonly index: Pick<Store['index'], 'sessionStarted' | 'timeline' | 'summaries'>
  /** Where the notebook of an open document is now. */
  readonly pathOf: (documentId: string) => string | null
}

export function machineRoutes({ meter, sessions, index, pathOf }: MachineParts): readonly Route[] {
  const startedBy = starters(index)
  return [
    on(machineApi.machines, async () => {
      const open = sessions.withKernel().map((document) => ({ document, session: sessions.of(document) }))
      const pids = open.flatMap(({ session }) => session.kernel?.here?.pid ?? [])
      const { host, processes, isMemoryShort } = await meter.measure(pids)
      const kernels = open.map(async ({ document, session }): Promise<KernelUse> => {
        const { session: id, kernel } = session.view()
        const { here = null, address } = session.kernel ?? {}
        return {
          document,
          path: pathOf(document) ?? '',
          displayName: kernel.displayName,
          state: kernel.state,
          startedBy: id === null ? null : await startedBy(id),
          started: address?.startedAt ?? null,
          use: here === null ? null : (processes.get(here.pid) ?? null),
        }
      })
      return json({ host, kernels: await Promise.all(kernels), isMemoryShort })
    }),
    on(machineApi.stopKernel, async ({ params: { document }, person }) => {
      const isThere = sessions.withKernel().includes(document)
      const refusal = isThere
        ? sessions.of(document).shutdown({ id: person.id, name: person.name })
        : 'This notebook has no kernel.'
      return refusal === null
        ? { kind: 'empty', headers: {} }
        : refuse({ code: 'noKernel', status: 409, message: refusal })
    }),
  ]
}

/**
 * Who started the kernel of a session; in a history of earlier versions, who ran its first cell. That does not change, so
 * it is asked for once.
 */
function starters(index: MachineParts['index']): (session: string) => Promise<Actor | null> {
  const known = new Map<string, Actor>()
  return async (session) => {
    const present = known.get(session)
    if (present !== undefined) return present
    const actor = (await index.sessionStarted(session))?.actor ?? (await firstToRun(index, session))
    if (actor === null) return null
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(session, actor)
    return actor
  }
}

async function firstToRun(index: MachineParts['index'], session: string): Promise<Actor | null> {
  const first = (await index.timeline(session, 0, 1))?.runs[0]
  const [summary] = first === undefined ? [] : await index.summaries([first.run])
  return summary?.actor ?? null
}

const MOST_KNOWN = 1000
