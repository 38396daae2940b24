/** A server of the pages and routes by which people get in, and of no others. */
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { routes } from '../../contract/routes.ts'
import { Access, type AccessOptions } from '../../src/http/access.ts'
import { makeApp } from '../../src/http/app.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { on } from '../../src/http/route.ts'
import { accountRoutes } from '../../src/http/routes/account.ts'
import { StaticFiles } from '../../src/http/static.ts'
import { Audit } from '../../src/people/audit.ts'
import { Grants } from '../../src/people/grants.ts'
import { People } from '../../src/people/people.ts'

const noPlaces = {
  atPath: async (path: string) => ({ path, document: null }),
  canonical: async (path: string) => path,
  ofDocument: async () => null,
}
const unreached = async (): Promise<never> => {
  throw new Error('not part of this test')
}

export interface IdentityServer {
  /** By the name `localhost`. */
  readonly origin: string
  readonly access: Access
  readonly people: People
  readonly audit: Audit
  /** A browser: it keeps cookies, and follows no redirects. */
  readonly browser: () => TestBrowser
  close(): void
}

/** `wanted` is the port; by default a free one. */
export async function startIdentityServer(
  options: Partial<AccessOptions> = {},
  wanted = 0,
): Promise<IdentityServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-in-')))
  const people = new People(folder)
  const audit = new Audit(folder, (error) => {
    throw error
  })
  const grants = new Grants(folder)
  const reach = { hosts: new Set(loopbackHosts), secureHosts: new Set<string>(), publicOrigin: null }
  const access = new Access({ people, audit, grants, reach, root: folder, ...options })
  const parts = { record: audit.record, endRevoked: () => {}, grants, places: noPlaces }
  const served = accountRoutes(access, { name: 'project', version: '0' }, parts)
  const server = createServer(
    makeApp({
      access,
      routes: routes.map((spec) => served.find((route) => route.spec === spec) ?? on(spec, unreached)),
      client: new StaticFiles(join(folder, 'none')),
      logError: (_, error) => console.error(error),
    }),
  )
  server.listen(wanted, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  const origin = `http://localhost:${port}`
  return {
    origin,
    access,
    people,
    audit,
    browser: () => new TestBrowser(origin),
    close: () => {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export class TestBrowser {
  readonly cookies = new Map<string, string>()
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  get(path: string): Promise<Response> {
    return this.#send(path, {})
  }

  post(path: string, body?: object, method = 'POST'): Promise<Response> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    return this.#send(path, { method, ...sent })
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${this.#origin}${path}`, {
      ...init,
      headers: {
        cookie,
        ...(init.method !== undefined && { origin: this.#origin, 'content-type': 'application/json' }),
      },
      redirect: 'manual',
    })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
      this.cookies.set(name, value)
    }
    return answer
  }
}
