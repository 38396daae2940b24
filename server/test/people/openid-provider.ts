/** A real OpenID provider in this process, and a browser that signs in there. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AccountClaims, Provider } from 'oidc-provider'
import { z } from 'zod'

export interface RunningProvider {
  readonly issuer: string
  /** Claims by the name that is typed at sign-in; the same name is the subject. */
  readonly accounts: Map<string, Omit<AccountClaims, 'sub'>>
  /** Signs in as `login` at the address that a client leads to; returns the address that it leads back to. */
  signIn(address: URL, login: string): Promise<URL>
  /** Signs out the browser in which `login` signed in last. */
  signOut(login: string): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
}

/** A redirect to loopback may have any port (RFC 8252, 7.3). */
export async function startProvider(
  clientSecret: string,
  redirects: readonly string[],
  logoutUri: string | null = null,
): Promise<RunningProvider> {
  const accounts: RunningProvider['accounts'] = new Map()
  const jars = new Map<string, Jar>()
  const server = createServer()
  const port = await listen(server, 0)
  const issuer = `http://127.0.0.1:${port}`
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'yesterday',
        client_secret: clientSecret,
        redirect_uris: [...redirects],
        application_type: 'native',
        ...(logoutUri !== null && {
          backchannel_logout_uri: logoutUri,
          backchannel_logout_session_required: true,
        }),
      },
    ],
    claims: { openid: ['sub', 'groups'], profile: ['name'] },
    cookies: { keys: ['test'] },
    // It refuses addresses of this machine by default.
    fetch: (url, { method = 'GET', headers = {}, body = null } = {}) => fetch(url, { method, headers, body }),
    features: { backchannelLogout: { enabled: logoutUri !== null } },
    conformIdTokenClaims: true,
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ ...accounts.get(id), sub: id }) }),
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 60, Interaction: 600, Session: 600, Grant: 600 },
  })
  provider.on('server_error', (_, error) => console.error(error))
  provider.on('backchannel.error', (_, error) => console.error(error))
  server.on('request', provider.callback())
  return {
    issuer,
    accounts,
    signIn: (address, login) => {
      const jar: Jar = new Map()
      jars.set(login, jar)
      return browse(issuer, address, login, jar)
    },
    signOut: (login) => signOut(issuer, jars.get(login) ?? new Map()),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
    start: async () => {
      await listen(server, port)
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address: AddressInfo = z
    .object({ port: z.number(), address: z.string(), family: z.string() })
    .parse(server.address())
  return address.port
}

type Jar = Map<string, string>

async function ask(url: URL, jar: Jar, form: URLSearchParams | null): Promise<Response> {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const sent: RequestInit = form === null ? {} : { method: 'POST', body: form }
  const answer = await fetch(url, { ...sent, headers: { cookie }, redirect: 'manual' })
  for (const line of answer.headers.getSetCookie()) {
    const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
    jar.set(name, value)
  }
  return answer
}

async function signOut(issuer: string, jar: Jar): Promise<void> {
  const page = await (await ask(new URL('/session/end', issuer), jar, null)).text()
  const xsrf = /name="xsrf" value="(\w+)"/.exec(page)?.[1] ?? ''
  const form = new URLSearchParams({ xsrf, logout: 'yes' })
  const answer = await ask(new URL('/session/end/confirm', issuer), jar, form)
  if (answer.status >= 400) throw new Error(`${answer.status}: ${await answer.text()}`)
}

/** Follows redirects and fills in the forms of the package, until an address is not the provider's. */
async function browse(issuer: string, start: URL, login: string, jar: Jar): Promise<URL> {
  let url = start
  let form: URLSearchParams | null = null
  for (let step = 0; step < 20; step++) {
    const answer = await ask(url, jar, form)
    const location = answer.headers.get('location')
    if (location !== null) {
      url = new URL(location, url)
      form = null
      if (url.origin !== issuer) return url
      continue
    }
    const page = await answer.text()
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1]
    if (prompt === undefined || action === undefined)
      throw new Error(`${answer.status} at ${url}: ${page.slice(0, 2000)}`)
    url = new URL(action, url)
    form = new URLSearchParams(prompt === 'login' ? { prompt, login, password: 'x' } : { prompt })
  }
  throw new Error(`the sign-in at ${issuer} does not end`)
}
