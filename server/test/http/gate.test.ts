/** Every route, by every sender that must not get in; the list is the router's own. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Files } from '../../src/files/files.ts'
import { Access } from '../../src/http/access.ts'
import { makeApp } from '../../src/http/app.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { People } from '../../src/http/people.ts'
import { json } from '../../src/http/reply.ts'
import type { Route } from '../../src/http/route.ts'
import { checkpointRoutes } from '../../src/http/routes/checkpoints.ts'
import { exportRoutes } from '../../src/http/routes/export.ts'
import { fileRoutes } from '../../src/http/routes/files.ts'
import { kernelspecRoutes } from '../../src/http/routes/kernelspecs.ts'
import { meRoutes } from '../../src/http/routes/me.ts'
import { notebookRoutes } from '../../src/http/routes/notebooks.ts'
import { objectRoutes } from '../../src/http/routes/objects.ts'
import { pastRoutes } from '../../src/http/routes/past.ts'
import { receiptRoutes } from '../../src/http/routes/receipt.ts'
import { StaticFiles } from '../../src/http/static.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-gate-')))
const nobody = async (): Promise<never> => {
  throw new Error('a refused request reached its route')
}
const documents = { open: nobody, save: nobody, moved: nobody, removed: nobody }
const people = new People(folder)
const access = new Access({
  people,
  reach: { hosts: new Set(loopbackHosts), publicOrigin: null },
  root: folder,
})
const pastIndex = {
  page: nobody,
  receipt: nobody,
  resolve: nobody,
  links: nobody,
  upstream: nobody,
  openRuns: nobody,
  openSessions: nobody,
  nextOrder: nobody,
  fileProducer: nobody,
  summaries: nobody,
  expectedMs: nobody,
  runNames: nobody,
  numbers: nobody,
  consumers: nobody,
  laterVersion: nobody,
  timeline: nobody,
  moment: nobody,
  history: nobody,
  sessions: nobody,
  resolveSession: nobody,
  checkpoints: nobody,
  dropped: nobody,
  lastSource: nobody,
  sessionStarted: nobody,
}
const routes: readonly Route[] = [
  ...fileRoutes(folder, new Files(folder, documents)),
  ...notebookRoutes(folder, documents),
  ...receiptRoutes({ resolve: nobody, receipt: nobody }),
  ...checkpointRoutes({
    root: folder,
    documents,
    store: { objects: { put: nobody }, runs: { append: nobody }, index: { page: nobody } },
    index: { checkpoints: nobody },
    now: String,
    newId: String,
  }),
  ...pastRoutes({ index: pastIndex, read: nobody, fileState: nobody }),
  ...exportRoutes({ root: folder, documents, objects: { get: nobody } }),
  ...objectRoutes({ get: nobody }),
  ...meRoutes(people, { name: 'gate', version: '0' }),
  ...kernelspecRoutes(nobody),
  { method: 'post', path: '/api/sign-out', handle: async () => json(null) },
]
const server = createServer(
  makeApp({
    access,
    routes: routes.slice(0, -1),
    client: new StaticFiles(join(folder, 'none')),
    logError: (what, error) => {
      throw new Error(what, { cause: error })
    },
    signedOut: () => {},
  }),
)
let host = ''
let cookie = ''

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}
function ask(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = send(`http://${host}${path}`, { method, headers }, (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
  })
  asked.on('error', reject).end()
  return promise
}

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const signedIn = await ask('GET', `/?token=${access.startToken}`, {})
  expect(signedIn.status).toBe(303)
  expect(signedIn.headers.location).toBe('/')
  cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const concrete = (path: string): string =>
  path
    .replace(/\{?\*path\}?/, 'a')
    .replace(':digest', `sha256:${'0'.repeat(64)}`)
    .replace(':run', 'abcd')

describe.each(routes.map(({ method, path }) => ({ method: method.toUpperCase(), path: concrete(path) })))(
  '$method $path',
  ({ method, path }) => {
    test('refuses a stranger', async () => {
      const { status } = await ask(method, path, { origin: `http://${host}` })
      expect(status).toBe(401)
    })
    test('refuses a wrong token, whatever cookie comes with it', async () => {
      const { status } = await ask(method, path, {
        cookie,
        origin: `http://${host}`,
        authorization: 'token no',
      })
      expect(status).toBe(401)
    })
    test.each(['http://evil.example', 'null', 'http://127.0.0.1', 'http://127.0.0.1.evil.example'])(
      'refuses the origin %s',
      async (origin) => {
        const { status, body } = await ask(method, path, { cookie, origin })
        expect([status, JSON.parse(body).error.code]).toEqual([403, 'foreignOrigin'])
      },
    )
    test.each(['evil.example', 'localhost.evil.example', ''])('refuses the host "%s"', async (name) => {
      const { status } = await ask(method, path, { cookie, host: name, origin: `http://${name}` })
      expect(status).toBe(403)
    })
    test.runIf(method !== 'GET')('refuses an absent origin to a cookie', async () => {
      expect((await ask(method, path, { cookie })).status).toBe(403)
    })
  },
)

test('a spent token opens nothing, and the cookie does', async () => {
  const { startToken } = access
  expect((await ask('GET', `/?token=${startToken}`, {})).status).toBe(303)
  expect((await ask('GET', `/?token=${startToken}`, {})).status).toBe(401)
  const me = await ask('GET', '/api/me', { cookie })
  expect(me.status).toBe(200)
  expect(JSON.parse(me.body).project).toBe('gate')
})

test('a cookie is good after a restart and not after signing out', () => {
  const person = people.admit('Ada')
  const value = people.cookieFor(person)
  expect(new People(folder).recognise(value)).toEqual(person)
  people.dismiss(person.id)
  expect(new People(folder).recognise(value)).toBeNull()
  expect(people.recognise(`${person.id}.forged`)).toBeNull()
})

test.each(['.yesterday/people.json', '..%2Fetc/passwd', '.git/config', 'a/%2e%2e/b'])(
  'does not serve %s',
  async (path) => {
    const { status } = await ask('GET', `/api/files/${path}?download=1`, { cookie })
    expect([403, 404]).toContain(status)
  },
)
