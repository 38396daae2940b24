/** A real OpenID provider in this process, with its own pages to sign in. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

export interface OpenIdService {
  /** Groups by the name that is typed at sign-in. */
  readonly groups: Map<string, readonly string[]>
  /** Writes the file for `--oidc`. */
  writeConfig(path: string, roles: Readonly<Record<string, string>>): Promise<void>
  stop(): void
}

export async function startOpenIdService(): Promise<OpenIdService> {
  const groups = new Map<string, readonly string[]>()
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'yesterday',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        // For loopback any port is allowed (RFC 8252, 7.3).
        redirect_uris: ['http://localhost/sign-in/provider/callback'],
      },
    ],
    claims: { openid: ['sub', 'groups'], profile: ['name'] },
    cookies: { keys: ['test'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, name: id, groups: [...(groups.get(id) ?? [])] }),
    }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Interaction: 600, Session: 600, Grant: 600 },
  })
  server.on('request', provider.callback())
  return {
    groups,
    writeConfig: (path, roles) =>
      writeFile(path, JSON.stringify({ issuer, clientId: 'yesterday', name: 'Example SSO', roles })),
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
