/** The pages without script that let people in: forms, cookies, where they lead, and who may manage people. */
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AuditEntries } from '../../contract/audit.ts'
import { MadeInvitation, PeopleList } from '../../contract/people.ts'
import { routes } from '../../contract/routes.ts'
import { Access } from '../../src/http/access.ts'
import { makeApp } from '../../src/http/app.ts'
import { loopbackHosts } from '../../src/http/gate.ts'
import { on } from '../../src/http/route.ts'
import { meRoutes } from '../../src/http/routes/me.ts'
import { peopleRoutes } from '../../src/http/routes/people.ts'
import { signInRoutes } from '../../src/http/routes/sign-in.ts'
import { StaticFiles } from '../../src/http/static.ts'
import { Audit } from '../../src/people/audit.ts'
import { Grants } from '../../src/people/grants.ts'
import { People } from '../../src/people/people.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-sign-in-')))
const people = new People(folder)
const audit = new Audit(folder, (error) => {
  throw error
})
const access = new Access({
  people,
  audit,
  reach: { hosts: new Set(loopbackHosts), secureHosts: new Set(), publicOrigin: null },
  root: folder,
})
const project = { name: 'A & B', version: '0' }
const { clearedCookie } = access
const noPlaces = {
  atPath: async (path: string) => ({ path, document: null }),
  canonical: async (path: string) => path,
  ofDocument: async () => null,
}
const grants = new Grants(folder)
const served = [
  ...meRoutes(people, project),
  ...peopleRoutes({
    people,
    record: audit.record,
    endRevoked: () => {},
    clearedCookie,
    audit,
    at: access.at,
    grants,
    places: noPlaces,
  }),
  ...signInRoutes(access, project, () => {}),
]
const unreached = async (): Promise<never> => {
  throw new Error('not part of this test')
}
const server = createServer(
  makeApp({
    access,
    routes: routes.map((spec) => served.find((route) => route.spec === spec) ?? on(spec, unreached)),
    client: new StaticFiles(join(folder, 'none')),
    logError: (_, error) => {
      throw error
    },
  }),
)
let origin = ''
const owner = access.setCookie(people.admit('Ada').cookie).split(';')[0] ?? ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const PASSWORD = 'correct horse battery'
const get = (path: string, cookie = '') =>
  fetch(`${origin}${path}`, { headers: { cookie }, redirect: 'manual' })
const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = { origin }) =>
  fetch(`${origin}${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers,
    redirect: 'manual',
  })
const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';')[0] ?? ''
const send = (method: string, path: string, body?: object, cookie = owner) =>
  fetch(`${origin}${path}`, {
    method,
    headers: { cookie, origin, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

test('an owner invites; the link shows the role, makes the member and sets the cookie', async () => {
  const made = MadeInvitation.parse(
    await (await send('POST', '/api/people/invitations', { role: 'runner' })).json(),
  )
  const page = await get(made.path)
  const text = await page.text()
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(text).toContain('<strong>A &amp; B</strong> as runner')
  expect(text).toContain('runs code on the machine of the server')
  const invite = new URL(made.path, origin).searchParams.get('invite') ?? ''
  const short = await post('/join', { invite, name: '<b>Grace</b>', password: 'short' })
  expect([short.status, await short.text()]).toEqual([400, expect.stringContaining('too short')])
  const joined = await post('/join', { invite, name: 'Grace', password: PASSWORD })
  expect([joined.status, joined.headers.get('location')]).toEqual([303, '/'])
  expect(joined.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
  const me = await (await get('/api/me', cookieOf(joined))).json()
  expect(me).toMatchObject({ actor: { name: 'Grace' }, role: 'runner', hasPassword: true, isNamed: true })
  expect((await get(made.path)).status).toBe(404)
})

test.each([
  ['/notebooks/a.ipynb?x=1', '/notebooks/a.ipynb?x=1'],
  ['/terminals/1', '/terminals/1'],
  ['', '/'],
  ['//evil.example/notebooks/', '/'],
  ['https://evil.example/notebooks/a', '/'],
  ['/runs/3f2a?output=1', '/runs/3f2a?output=1'],
  ['/terminals/1', '/terminals/1'],
  ['/runs/..//evil.example/', '/'],
  ['/notebooks/../api/me', '/'],
  ['javascript:alert(1)', '/'],
])('signing in with next=%s leads to %s', async (next, location) => {
  const answer = await post('/sign-in', { name: 'Grace', password: PASSWORD, next })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, location])
})

test('a wrong password keeps the name and says so; a form of another page is refused', async () => {
  const wrong = await post('/sign-in', { name: '"><script>', password: 'x' })
  const text = await wrong.text()
  expect(wrong.status).toBe(401)
  expect(text).toContain('The name or the password is wrong.')
  expect(text).not.toContain('<script')
  for (const headers of [{}, { origin: 'null' }, { origin: 'https://evil.example' }])
    expect((await post('/sign-in', { name: 'Grace', password: PASSWORD }, headers)).status).toBe(403)
  expect((await post('/sign-in', { name: 'x'.repeat(20_000), password: 'x' })).status).toBe(413)
})

test('the page shows how long to wait', async () => {
  for (let n = 0; n < 5; n++) await post('/sign-in', { name: 'Nemo', password: `${n}` })
  const answer = await post('/sign-in', { name: 'Nemo', password: 'x' })
  expect([answer.status, await answer.text()]).toEqual([
    429,
    expect.stringMatching(/Try again in \d+ seconds/),
  ])
})

test('the owner changes a role and removes; the person changes the password', async () => {
  const list = PeopleList.parse(await (await get('/api/people', owner)).json())
  const grace = list.members.find(({ name }) => name === 'Grace')
  const cookie = cookieOf(await post('/sign-in', { name: 'Grace', password: PASSWORD }))
  expect((await send('GET', '/api/people', undefined, cookie)).status).toBe(403)
  const path = `/api/people/members/${grace?.id}`
  expect(await (await send('PATCH', path, { role: 'viewer' })).json()).toMatchObject({ role: 'viewer' })
  expect(await (await get('/api/me', cookie)).json()).toMatchObject({ role: 'viewer' })
  const change = { current: 'wrong', password: `${PASSWORD} 2` }
  expect((await send('PUT', '/api/me/password', change, cookie)).status).toBe(403)
  const right = { ...change, current: PASSWORD }
  expect((await send('PUT', '/api/me/password', right, cookie)).status).toBe(200)
  expect((await post('/sign-in', { name: 'Grace', password: PASSWORD })).status).toBe(401)
  expect((await send('PUT', '/api/me', { name: 'grace' })).status).toBe(409)
  expect((await send('DELETE', path)).status).toBe(200)
  expect((await get('/api/me', cookie)).status).toBe(401)
  // Her page, which reloads, says why it is gone; another browser gets the plain page.
  const shown = await get('/notebooks/a.ipynb', cookie)
  expect([shown.status, await shown.text()]).toEqual([401, expect.stringContaining('You were signed out')])
  expect(await (await get('/notebooks/a.ipynb')).text()).not.toContain('You were signed out')
  const log = AuditEntries.parse(await (await get('/api/audit?limit=4', owner)).json())
  const actions = log.map(({ action }) => action)
  expect(actions).toEqual(['member-removed', 'sign-in-failed', 'password-changed', 'role-changed'])
})

test('a member leaves by themselves; the last owner stays', async () => {
  const made = people.invitations.make({ role: 'editor', uses: 1, days: 1 }, 'Ada')
  const invite = made === 'full' ? '' : made.secret
  const cookie = cookieOf(await post('/join', { invite, name: 'Lin', password: PASSWORD }))
  expect((await send('DELETE', '/api/me/membership', undefined, cookie)).status).toBe(204)
  expect((await get('/api/me', cookie)).status).toBe(401)
  expect((await post('/sign-in', { name: 'Lin', password: PASSWORD })).status).toBe(401)
  const refused = await send('DELETE', '/api/me/membership')
  expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'lastOwner' } }])
  const log = AuditEntries.parse(await (await get('/api/audit?limit=3', owner)).json())
  expect(log).toContainEqual(
    expect.objectContaining({ action: 'member-removed', about: expect.objectContaining({ how: 'left' }) }),
  )
})
