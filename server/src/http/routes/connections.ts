/** The named connections of SQL cells, for the page's dialog. */
import { connectionApi, type SavedConnections } from '../../../contract/connections.ts'
import type { Secrets } from '../../secrets/secrets.ts'
import {
  ConnectionError,
  maskedUrl,
  readConnections,
  removeConnection,
  saveConnection,
  urlSecrets,
} from '../../user/connections.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** What is saved is masked from then on, wherever it occurs. */
export function connectionRoutes(secrets: Pick<Secrets, 'learn'>): readonly Route[] {
  const list = (): SavedConnections => ({
    connections: readConnections().map(({ name, url }) => ({ name, url: maskedUrl(url) })),
  })
  return [
    on(connectionApi.connections, async () => answered(() => list())),
    on(connectionApi.saveConnection, async ({ params, body }) =>
      answered(() => {
        secrets.learn(urlSecrets(body.url))
        saveConnection(params.name, body.url)
        return list()
      }),
    ),
    on(connectionApi.removeConnection, async ({ params: { name } }) =>
      answered(() => {
        if (removeConnection(name)) return list()
        return { code: 'missing', status: 404, message: `There is no connection ${name}.` }
      }),
    ),
  ]
}

function answered(work: () => SavedConnections | Parameters<typeof refuse>[0]): Reply {
  try {
    const answer = work()
    return 'code' in answer ? refuse(answer) : json(answer)
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    return refuse({ code: error.code, status: 409, message: error.message, hint: error.hint })
  }
}
