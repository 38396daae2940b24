/** Every route and socket of the contract, by every sender that must not get in. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectApi } from '../../contract/project-api.ts'
import { routes, sockets } from '../../contract/routes.ts'
import { Files } from '../../src/files/files.ts'
import { Access } from '../../src/http/access.ts'
import { makeApp } from '../../src/http/app.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { inListedOrder } from '../../src/http/mounted.ts'
import { on, type Route } from '../../src/http/route.ts'
import { exportRoutes } from '../../src/http/routes/export.ts'
import { fileRoutes } from '../../src/http/routes/files.ts'
import { meRoutes } from '../../src/http/routes/me.ts'
import { onSocket, Sockets } from '../../src/http/sockets.ts'
import { StaticFiles } from '../../src/http/static.ts'
import { People } from '../../src/people/people.ts'
import { projectSecrets } from '../../src/secrets/secrets.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-gate-')))
const unreached = async (): Promise<never> => {
  throw new Error('a refused request reached its route')
}
const people = new People(folder)
const access = new Access({
  people,
  reach: { hosts: new Set(loopbackHosts), secureHosts: new Set(), publicOrigin: null },
  root: folder,
})
const documents = { open: unreached, get: () => null, save: unreached, moved: unreached, removed: unreached }
/** What the tests below reach once they are signed in; of every other route, only its refusals are of interest. */
const reached = [
  ...fileRoutes(folder, new Files(folder, documents)),
  ...exportRoutes({
    root: folder,
    documents,
    objects: { get: unreached },
    secrets: projectSecrets(folder),
    comments: { list: unreached },
  }),
  ...meRoutes(people, { name: 'gate', version: '0' }),
]
const handlers = routes.map(
  (spec): Route => reached.find((route) => route.spec === spec) ?? on(spec, unreached),
)
const server = createServer(
  makeApp({
    access,
    routes: handlers,
    client: new StaticFiles(join(folder, 'none')),
    logError: (what, error) => {
      throw new Error(what, { cause: error })
    },
  }),
)
new Sockets(
  access,
  sockets.map((spec) => onSocket(spec, unreached)),
).listen(server)
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
    .replace(/:\w+/g, 'abcd')
const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}
/** A stranger may call the others; roles.test.ts has every route by every role. */
const guarded = routes.filter(({ role }) => role !== 'anyone')
const entries = [
  ...guarded.map(({ method, path }) => ({ method: method.toUpperCase(), path: concrete(path), own: {} })),
  ...sockets.map(({ path }) => ({ method: 'GET', path: concrete(path), own: upgrade })),
]

describe.each(entries)('$method $path', ({ method, path, own }) => {
  test('refuses a wrong token, whatever cookie comes with it', async () => {
    const { status } = await ask(method, path, {
      ...own,
      cookie,
      origin: `http://${host}`,
      authorization: 'token no',
    })
    expect(status).toBe(401)
  })
  test.each(['http://evil.example', 'null', 'http://127.0.0.1', 'http://127.0.0.1.evil.example'])(
    'refuses the origin %s',
    async (origin) => {
      const { status, body } = await ask(method, path, { ...own, cookie, origin })
      // Contents say `reason`, as Jupyter's clients read it.
      const { error, reason } = JSON.parse(body)
      expect([status, error.code ?? reason]).toEqual([403, 'foreignOrigin'])
    },
  )
  test.each(['evil.example', 'localhost.evil.example', ''])('refuses the host "%s"', async (name) => {
    const { status } = await ask(method, path, { ...own, cookie, host: name, origin: `http://${name}` })
    expect(status).toBe(403)
  })
  test.runIf(method !== 'GET' || own === upgrade)('refuses an absent origin to a cookie', async () => {
    expect((await ask(method, path, { ...own, cookie })).status).toBe(403)
  })
})

test('every listed route is served, and every served route is listed', () => {
  const appOf = (served: readonly Route[]) => () =>
    makeApp({ access, routes: served, client: new StaticFiles(folder), logError: () => undefined })
  const stray = on({ ...projectApi.me, path: '/api/stray' }, unreached)
  expect(appOf(handlers)).not.toThrow()
  expect(appOf(handlers.slice(1))).toThrow('GET /api/files is listed and has no handler')
  expect(appOf([...handlers, stray])).toThrow('GET /api/stray has a handler and is not listed')
  expect(appOf([...handlers, on(projectApi.me, unreached)])).toThrow('GET /api/me has two handlers')
  expect(() => new Sockets(access, [])).toThrow('SOCKET /api/rooms/:document is listed and has no handler')
  const spec = { path: '/api/twice' }
  expect(() => inListedOrder([spec, spec], [{ spec }])).toThrow('SOCKET /api/twice is listed twice')
})

test('a spent token opens nothing, and the cookie does', async () => {
  const { startToken } = access
  expect((await ask('GET', `/?token=${startToken}`, {})).status).toBe(303)
  expect((await ask('GET', `/?token=${startToken}`, {})).status).toBe(401)
  const me = await ask('GET', '/api/me', { cookie })
  expect(me.status).toBe(200)
  expect(JSON.parse(me.body).project).toBe('gate')
})

test('a cookie is good after a restart and not after signing out', () => {
  const { person, cookie: value } = people.admit('Ada')
  expect(new People(folder).recognise(value)?.person).toEqual(person)
  people.endSessions(person.id, () => true)
  expect(new People(folder).recognise(value)).toBeNull()
  expect(people.recognise(value)).toBeNull()
  expect(people.recognise(`${person.id}.forged`)).toBeNull()
})

test.each(['.yesterday/people.json', '..%2Fetc/passwd', '.git/config', 'a/%2e%2e/b'])(
  'does not serve %s',
  async (path) => {
    const { status } = await ask('GET', `/api/files/${path}?download=1`, { cookie })
    expect([403, 404]).toContain(status)
  },
)

describe('an address that a browser opens', () => {
  const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  const opens = async (path: string, headers: Record<string, string> = {}) => {
    const { status, headers: answered, body } = await ask('GET', path, { ...browser, cookie, ...headers })
    expect(answered['content-type']).toBe('text/html; charset=utf-8')
    expect(answered['content-security-policy']).toContain("default-src 'none'")
    return { status, body }
  }

  test.each([
    ['/nowhere', 404, 'There is nothing at this address'],
    ['/nowhere.txt', 404, 'There is nothing at this address'],
    ['/api/nothing', 404, 'There is nothing at this address'],
    ['/api/export/missing.ipynb?format=exe', 400, 'This address cannot be read'],
    ['/api/files/%ff?download=1', 400, 'This address cannot be read'],
    ['/api/files/.git/config?download=1', 403, 'This is not allowed'],
  ])('%s says why there is nothing, and leads home', async (path, status, heading) => {
    const page = await opens(path)
    expect(page.status).toBe(status)
    expect(page.body).toContain(`<h1>Yesterday · ${heading}</h1>`)
    expect(page.body).toContain('<a href="/">Go to your notebooks</a>')
  })

  test('it is in the language that the browser asks for', async () => {
    const chinese = { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' }
    const missing = await opens('/nowhere', chinese)
    expect(missing.body).toContain('<html lang="zh">')
    expect(missing.body).toContain('<a href="/">前往您的笔记本</a>')
    const stranger = await opens('/', { ...chinese, cookie: '' })
    expect([stranger.status, stranger.body]).toEqual([401, expect.stringContaining('或粘贴令牌')])
    const refused = await opens('/api/me', { ...chinese, cookie: '' })
    expect([refused.status, refused.body]).toEqual([401, expect.stringContaining('您尚未登录')])
  })

  test('what the address says stays text', async () => {
    const { body } = await opens(`/${encodeURIComponent('<script>alert(1)</script>')}`)
    expect(body).not.toContain('<script')
    expect((await opens('/"><img src=x>'.replaceAll(' ', '%20'))).body).not.toContain('<img')
  })

  test.each(['*/*', 'application/json', ''])('who accepts "%s" gets JSON', async (accept) => {
    const { headers, body } = await ask('GET', '/nowhere', { cookie, ...(accept === '' ? {} : { accept }) })
    expect(headers['content-type']).toContain('application/json')
    expect(JSON.parse(body).error.code).toBe('missing')
  })
})
