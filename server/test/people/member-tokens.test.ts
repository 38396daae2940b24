/** Tokens that members make: scope up to the role, expiry, last use, revocation, and the end of the membership. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AuditEntry } from '../../contract/audit.ts'
import { ROLES, type Role, type RouteSpec } from '../../contract/route.ts'
import { ListedTokens, MadeToken, tokenApi } from '../../contract/tokens.ts'
import type { RawCall } from '../../src/http/route.ts'
import { tokenRoutes } from '../../src/http/routes/tokens.ts'
import { MemberTokens } from '../../src/people/member-tokens.ts'
import { People } from '../../src/people/people.ts'
import { ProgramTokens } from '../../src/people/program-tokens.ts'
import { callRoute } from '../http/call-route.ts'

const DAY_MS = 24 * 3600 * 1000
let folder: string
let now: number
let people: People
let tokens: MemberTokens
let ended: number
let recorded: Omit<AuditEntry, 'at'>[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-member-tokens-'))
  now = Date.parse('2026-01-01')
  people = new People(folder, () => new Date(now))
  tokens = new MemberTokens(folder, people, () => new Date(now))
  ;[ended, recorded] = [0, []]
})
afterEach(() => rmSync(folder, { recursive: true }))

const add = (name: string, role: Role) => people.admit(name, role).person
function make(member: string, role: Role, name = 'lab') {
  const made = tokens.make({ member, name, role, days: 30 })
  if (typeof made === 'string') throw new Error(made)
  return made
}

test('a token may do what its member may, up to its scope, and follows changes of their role', () => {
  const ada = add('Ada', 'runner')
  add('Grace', 'owner')
  const { secret, token } = make(ada.id, 'editor')
  expect(token).toMatchObject({ name: 'lab', scope: 'edit', lastUsed: null, by: { name: 'Ada' } })
  expect(tokens.holderOf(secret)).toMatchObject({ role: 'editor', person: { name: 'Ada (lab)' } })
  people.changeRole(ada.id, 'viewer')
  expect(tokens.holderOf(secret)).toMatchObject({ role: 'viewer' })
  people.changeRole(ada.id, 'owner')
  expect(tokens.holderOf(secret)).toMatchObject({ role: 'editor' })
  people.remove(ada.id)
  expect([tokens.holderOf(secret), tokens.list(null)]).toEqual([null, []])
})

test.each(ROLES)('a member who is %s makes tokens up to that role', (role) => {
  const { id } = add('Ada', role)
  for (const scope of ROLES) {
    const made = tokens.make({ member: id, name: scope, role: scope, days: 1 })
    const isWide = ROLES.indexOf(scope) > ROLES.indexOf(role)
    expect([scope, made === 'wide']).toEqual([scope, isWide])
  }
})

test('it expires, its use is recorded, and the disk has its digest alone', () => {
  const { id } = add('Ada', 'viewer')
  const { secret } = make(id, 'viewer')
  tokens.used(secret)
  const path = join(folder, 'member-tokens.json')
  expect(readFileSync(path, 'utf8')).not.toContain(secret.slice(10))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const again = new MemberTokens(folder, people, () => new Date(now))
  expect(again.list(id)).toMatchObject([{ lastUsed: new Date(now).toISOString() }])
  expect(again.holderOf(secret)).not.toBeNull()
  expect(tokens.make({ member: id, name: 'LAB', role: 'viewer', days: 1 })).toBe('taken')
  now += 30 * DAY_MS
  expect([again.holderOf(secret), again.list(id)]).toEqual([null, []])
})

test('a member whom a provider signs in has programs while they are signed in', () => {
  const who = { issuer: 'https://login', subject: 'ada', via: 'Login', decidesRole: true }
  const wish = { name: 'Ada', role: 'editor' as const, device: '', expires: new Date(now + DAY_MS) }
  const entered = people.enter(who, wish)
  if (entered === 'full') throw new Error(entered)
  const { secret } = make(entered.person.id, 'editor')
  expect(tokens.holderOf(secret)).not.toBeNull()
  now += DAY_MS
  expect(tokens.holderOf(secret)).toBeNull()
  people.enter(who, { ...wish, expires: new Date(now + DAY_MS) })
  expect(tokens.holderOf(secret)).not.toBeNull()
  people.endIdentity(who)
  expect(tokens.holderOf(secret)).toBeNull()
})

const ask = (spec: RouteSpec, call: Partial<RawCall>) => {
  const ofTerminal = new ProgramTokens(folder)
  const endRevoked = () => void ended++
  const record = (entry: Omit<AuditEntry, 'at'>) => void recorded.push(entry)
  return callRoute(tokenRoutes({ memberTokens: tokens, tokens: ofTerminal, record, endRevoked }), spec, call)
}

test('members see and revoke their own, owners all, those of the terminal too; each leaves an entry', async () => {
  const [ada, eve] = [add('Ada', 'editor'), add('Eve', 'editor')]
  const asAda = { person: ada, role: 'editor', session: 's' } as const
  const body = { name: 'lab', scope: 'edit', days: 30 }
  const made = await ask(tokenApi.make, { ...asAda, body })
  if (made.kind !== 'json') throw new Error('no token was made')
  const { token, secret } = MadeToken.parse(made.body)
  const wide = await ask(tokenApi.make, { ...asAda, body: { ...body, name: 'all', scope: 'run' } })
  expect(wide).toMatchObject({ refusal: { status: 403 } })
  const byProgram = await ask(tokenApi.make, { ...asAda, session: null, body })
  expect(byProgram).toMatchObject({ refusal: { status: 409 } })

  const params = { token: token.id }
  const asEve = { person: eve, role: 'editor', session: 's', params } as const
  expect(await ask(tokenApi.own, asEve)).toMatchObject({ body: [] })
  expect(await ask(tokenApi.revokeOwn, asEve)).toMatchObject({ refusal: { status: 404 } })
  expect(await ask(tokenApi.all, asEve)).toMatchObject({ refusal: { status: 403 } })

  new ProgramTokens(folder).issue('ci')
  const all = await ask(tokenApi.all, {})
  const listed = ListedTokens.parse(all.kind === 'json' ? all.body : null)
  expect(listed.map(({ name, by }) => [name, by?.name])).toEqual([
    ['lab', 'Ada'],
    ['ci', undefined],
  ])
  expect(JSON.stringify(listed)).not.toContain(secret.slice(10))
  for (const { id } of listed) await ask(tokenApi.revoke, { params: { token: id } })
  expect([tokens.holderOf(secret), new ProgramTokens(folder).open, ended]).toEqual([null, [], 2])
  for (const entry of recorded) AuditEntry.parse({ ...entry, at: new Date(now).toISOString() })
  expect(recorded.map(({ action, about }) => [action, about.token])).toEqual([
    ['token-made', 'lab'],
    ['token-revoked', 'lab'],
    ['token-revoked', 'ci'],
  ])
})
