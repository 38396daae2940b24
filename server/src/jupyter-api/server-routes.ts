/** `/api`, `/api/status` and the kernelspecs of Jupyter Server. */
import type { KernelSpec } from '@yesterday/kernel-bridge'
import { jupyterApi } from '../../contract/jupyter-api.ts'
import { json, type Reply } from '../http/reply.ts'
import { on, type Route } from '../http/route.ts'
import type { KernelRegistry } from './kernel-registry.ts'
import { historyLink, kernelspecModel, logoReply } from './kernelspec-models.ts'
import { noKernelspec } from './replies.ts'

export interface ServerParts {
  readonly version: string
  readonly started: Date
  readonly kernels: Pick<KernelRegistry, 'list'>
  readonly specs: () => Promise<readonly KernelSpec[]>
  readonly hasPage: boolean
}

export function serverRoutes(parts: ServerParts): readonly Route[] {
  return [
    on(jupyterApi.api, async () => json({ version: parts.version })),
    on(jupyterApi.status, async ({ origin }) => json(await status(parts, origin))),
    on(jupyterApi.kernelspec, ({ params, origin }) =>
      withSpec(parts, params.name, async (spec) =>
        json(await kernelspecModel(spec, historyLink(parts.hasPage, origin))),
      ),
    ),
    on(jupyterApi.logo, ({ params }) => withSpec(parts, params.name, (spec) => logoReply(spec, params.file))),
  ]
}

/** `APIStatus` of Jupyter Server's OpenAPI document. */
async function status({ started, kernels, hasPage }: ServerParts, origin: string) {
  const links = historyLink(hasPage, origin)
  const all = await kernels.list()
  const times = all.map(({ lastActivity }) => lastActivity.getTime())
  return {
    started: started.toISOString(),
    last_activity: new Date(Math.max(started.getTime(), ...times)).toISOString(),
    kernels: all.length,
    connections: all.reduce((sum, { clients }) => sum + clients.connections, 0),
    ...(links === null ? {} : { yesterday: links }),
  }
}

async function withSpec(
  { specs }: Pick<ServerParts, 'specs'>,
  asked: string,
  answer: (spec: KernelSpec) => Promise<Reply | null>,
): Promise<Reply> {
  const name = asked.toLowerCase()
  const spec = (await specs()).find((one) => one.name === name)
  return (spec && (await answer(spec))) ?? noKernelspec(name)
}
