/** Sign-in through a real OpenID provider: who comes in, with which role, and which answers are refused. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Audit } from '../../src/people/audit.ts'
import { OpenIdProvider } from '../../src/people/oidc.ts'
import { type OidcConfig, readOidcConfig } from '../../src/people/oidc-config.ts'
import { PENDING_MS } from '../../src/people/pending.ts'
import { People } from '../../src/people/people.ts'
import { ProviderSignIn } from '../../src/people/provider-sign-in.ts'
import { SignIn } from '../../src/people/sign-in.ts'
import { type RunningProvider, startProvider } from './openid-provider.ts'

const all = realpathSync(mkdtempSync(join(tmpdir(), 'yesterday-oidc-')))
const REDIRECT = 'http://localhost:8888/sign-in/provider/callback'
const SECRET = 'the secret of the client'
const visitor = { address: '192.0.2.1', device: 'Firefox, Linux' }
let provider: RunningProvider
let config: OidcConfig
let folder = ''
let now = new Date()
let people: People
let audit: Audit
let signIns: ProviderSignIn
let ended = 0

beforeAll(async () => {
  provider = await startProvider(SECRET, [REDIRECT])
  writeFileSync(join(all, 'secret'), `${SECRET}\n`)
  const file = {
    issuer: provider.issuer,
    clientId: 'yesterday',
    clientSecretFile: 'secret',
    name: 'Example SSO',
    roles: { staff: 'editor', admins: 'owner', guests: 'viewer' },
  }
  writeFileSync(join(all, 'oidc.json'), JSON.stringify(file))
  config = readOidcConfig(join(all, 'oidc.json'), join(all, 'project'))
})
afterAll(async () => {
  await provider.stop().catch(() => undefined)
  rmSync(all, { recursive: true, maxRetries: 5 })
})
beforeEach(() => {
  folder = mkdtempSync(join(all, 'one-'))
  now = new Date()
  people = new People(folder, () => now)
  audit = new Audit(folder, (error) => {
    throw error
  })
  ended = 0
  signIns = signInOf(new OpenIdProvider(config))
  provider.accounts.set('ada', { name: 'Ada Lovelace', groups: ['staff', 'guests', 'others'] })
})
const signInOf = (through: OpenIdProvider): ProviderSignIn =>
  new ProviderSignIn({
    provider: through,
    people,
    signIns: new SignIn(people, audit.record),
    record: audit.record,
    now: () => now,
    onProblem: () => undefined,
    endRevoked: () => {
      ended++
    },
  })
async function begin(browser = 'browser'): Promise<URL> {
  const url = await signIns.begin(browser, { redirect: REDIRECT, next: '/notebooks/a.ipynb' }, visitor)
  if (!(url instanceof URL)) throw new Error(url.kind)
  return url
}
async function signIn(login: string) {
  const answer = await provider.signIn(await begin(), login)
  return signIns.finish('browser', answer.search, visitor)
}
const roleOf = (result: Awaited<ReturnType<typeof signIn>>) =>
  result.ok ? (people.recognise(result.cookie)?.role ?? null) : result.problem.kind

test('the first sign-in makes a member; who it is are issuer and subject, whatever the name', async () => {
  const url = await begin()
  expect(url.searchParams.get('code_challenge_method')).toBe('S256')
  for (const name of ['state', 'nonce', 'code_challenge'])
    expect(url.searchParams.get(name)).toMatch(/^[\w-]{43}$/)
  const first = await signIn('ada')
  expect(first).toMatchObject({ ok: true, next: '/notebooks/a.ipynb' })
  expect(first.ok && people.recognise(first.cookie)).toMatchObject({
    person: { name: 'Ada Lovelace' },
    role: 'editor',
  })
  // Another person of the same name and e-mail is another member.
  provider.accounts.set('eve', { name: 'Ada Lovelace', groups: ['guests'], email: 'ada@example.org' })
  expect(roleOf(await signIn('eve'))).toBe('viewer')
  provider.accounts.set('ada', { name: 'A. King', groups: ['staff'] })
  expect(roleOf(await signIn('ada'))).toBe('editor')
  expect(people.members.map(({ name, provider: via, isGuest }) => [name, via, isGuest])).toEqual([
    ['Ada Lovelace', 'Example SSO', false],
    ['Ada Lovelace 2', 'Example SSO', false],
  ])
  expect(audit.newest(1)).toMatchObject([
    { action: 'signed-in', about: { how: 'Example SSO', role: 'editor' } },
  ])
})

test('groups decide the role at each sign-in; without one, the person is out of every browser', async () => {
  provider.accounts.set('ada', { name: 'Ada', groups: ['admins', 'guests'] })
  const first = await signIn('ada')
  expect(roleOf(first)).toBe('owner')
  provider.accounts.set('ada', { name: 'Ada', groups: ['guests'] })
  expect(roleOf(await signIn('ada'))).toBe('viewer')
  expect(roleOf(first), 'in the other browser too').toBe('viewer')
  const [{ id = '' } = {}] = people.members
  expect(people.changeRole(id, 'owner'), 'the provider decides').toBe('managed')
  expect(audit.newest(2).map(({ action }) => action)).toContain('role-changed')
  for (const groups of [['others'], 'nothing', { admins: true }, null, undefined]) {
    provider.accounts.set('ada', { name: 'Ada', groups })
    expect(roleOf(await signIn('ada'))).toBe('denied')
    expect(roleOf(first)).toBeNull()
  }
  expect(ended).toBe(7)
  expect(audit.newest(1)).toMatchObject([{ action: 'sign-in-failed', about: { why: 'denied', name: 'Ada' } }])
})

test('a default role lets in people without a group; one group may be a text', async () => {
  signIns = signInOf(new OpenIdProvider({ ...config, defaultRole: 'commenter' }))
  provider.accounts.set('bob', { name: 'Bob' })
  expect(roleOf(await signIn('bob'))).toBe('commenter')
  provider.accounts.set('bob', { name: 'Bob', groups: 'staff' })
  expect(roleOf(await signIn('bob'))).toBe('editor')
})

test('a session ends after the hours of the configuration', async () => {
  const result = await signIn('ada')
  now = new Date(now.getTime() + 12 * 3600_000 - 1000)
  expect(roleOf(result)).toBe('editor')
  now = new Date(now.getTime() + 1000)
  expect(roleOf(result)).toBeNull()
})

test('an answer is good once, in its browser, for five minutes, and with its state, nonce and code', async () => {
  const answer = await provider.signIn(await begin(), 'ada')
  const finish = async (browser: string, search: string) =>
    roleOf(await signIns.finish(browser, search, visitor))
  expect(await finish('stranger', answer.search)).toBe('expired')
  expect(await finish('browser', answer.search)).toBe('editor')
  expect(await finish('browser', answer.search), 'replayed').toBe('expired')
  await begin()
  expect(await finish('browser', answer.search), 'the state of an earlier sign-in').toBe('refused')
  const changed = async (change: (query: URLSearchParams) => void) => {
    const url = await provider.signIn(await begin(), 'ada')
    change(url.searchParams)
    return finish('browser', url.search)
  }
  expect(await changed((query) => query.set('state', 'x'))).toBe('refused')
  expect(await changed((query) => query.delete('state'))).toBe('refused')
  expect(await changed((query) => query.append('state', 'x'))).toBe('refused')
  expect(await changed((query) => query.set('code', 'x'))).toBe('refused')
  expect(await changed((query) => query.set('iss', 'https://evil.example'))).toBe('refused')
  const url = await begin()
  url.searchParams.set('nonce', 'another')
  expect(await finish('browser', (await provider.signIn(url, 'ada')).search), 'nonce').toBe('refused')
  const cancelled = new URLSearchParams({
    error: 'access_denied',
    state: (await begin()).searchParams.get('state') ?? '',
  })
  expect(await finish('browser', `?${cancelled}`)).toBe('refused')
  const late = await provider.signIn(await begin(), 'ada')
  now = new Date(now.getTime() + PENDING_MS)
  expect(await finish('browser', late.search)).toBe('expired')
  expect(people.members).toHaveLength(1)
})

test('a provider that does not answer is said to be unreachable, and works again later', async () => {
  const address = await begin()
  const answer = await provider.signIn(address, 'ada')
  await provider.stop()
  expect(roleOf(await signIns.finish('browser', answer.search, visitor))).toBe('unreachable')
  let clock = 0
  signIns = signInOf(new OpenIdProvider(config, () => clock))
  await expect(begin()).rejects.toThrow('unreachable')
  await provider.start()
  await expect(begin(), 'not asked again at once').rejects.toThrow('unreachable')
  clock = 10_000
  expect(roleOf(await signIn('ada'))).toBe('editor')
})

test('a client with the wrong secret gets no one in', async () => {
  signIns = signInOf(new OpenIdProvider({ ...config, clientSecret: 'wrong' }))
  expect(roleOf(await signIn('ada'))).toBe('refused')
})

test.each([
  ['{', 'is not JSON'],
  ['{}', 'issuer'],
  [
    JSON.stringify({ issuer: 'http://login.example', clientId: 'a', name: 'a', defaultRole: 'viewer' }),
    'https',
  ],
  [JSON.stringify({ issuer: 'https://login.example', clientId: 'a', name: 'a' }), 'lets no one in'],
  [
    JSON.stringify({ issuer: 'https://login.example', clientId: 'a', name: 'a', defaultRole: 'root' }),
    'defaultRole',
  ],
  [JSON.stringify({ issuer: 'https://login.example', clientId: 'a', name: 'a', roles: {}, more: 1 }), 'more'],
  [
    JSON.stringify({
      issuer: 'https://a.example',
      clientId: 'a',
      name: 'a',
      defaultRole: 'viewer',
      clientSecretFile: 'none',
    }),
    'cannot be read',
  ],
])('the configuration %s is refused', (text, why) => {
  writeFileSync(join(folder, 'bad.json'), text)
  expect(() => readOidcConfig(join(folder, 'bad.json'), join(all, 'project'))).toThrow(why)
})

test('a configuration or a secret inside the project folder is refused', () => {
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub', 'oidc.json'), '{}')
  expect(() => readOidcConfig(join(folder, 'sub', 'oidc.json'), folder)).toThrow('is in the project folder')
})
