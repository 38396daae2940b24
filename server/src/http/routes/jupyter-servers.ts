/** The Jupyter servers of the kernel picker. */
import { askForKernels } from '@yesterday/kernel-bridge'
import { jupyterServerApi, type SavedServers } from '../../../contract/jupyter-servers.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import {
  readServers,
  removeServer,
  ServersError,
  saveServer,
  serverOf,
  shownServer,
} from '../../user/jupyter-servers.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** A token that was entered is masked from then on, wherever it occurs. */
export function jupyterServerRoutes(secrets: Pick<Secrets, 'learn'>): readonly Route[] {
  const list = (): SavedServers => ({ servers: readServers().map(shownServer) })
  return [
    on(jupyterServerApi.jupyterServers, async () => answered(async () => json(list()))),
    on(jupyterServerApi.saveJupyterServer, async ({ params, body }) =>
      answered(async () => {
        const server = serverOf(params.id, body)
        if (server.token !== '') secrets.learn([server.token])
        saveServer(server)
        return json(list())
      }),
    ),
    on(jupyterServerApi.testJupyterServer, async ({ params, body }) =>
      answered(async () => {
        const server = serverOf(params.id, body)
        if (server.token !== '') secrets.learn([server.token])
        return json(await askForKernels(server))
      }),
    ),
    on(jupyterServerApi.removeJupyterServer, async ({ params: { id } }) =>
      answered(async () => {
        if (removeServer(id)) return json(list())
        return refuse({ code: 'missing', status: 404, message: `There is no Jupyter server ${id}.` })
      }),
    ),
  ]
}

async function answered(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ServersError)) throw error
    return refuse({ code: error.code, status: 409, message: error.message, hint: error.hint })
  }
}
