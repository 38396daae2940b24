/** How long a provider's answer counts, and what ends a session. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Role } from '../../contract/route.ts'
import { Audit } from '../../src/people/audit.ts'
import { People } from '../../src/people/people.ts'
import { ProofChecks } from '../../src/people/proof-checks.ts'
import { type IdentityProvider, type ProvedIdentity, ProviderError } from '../../src/people/provider.ts'

const MINUTE = 60_000
const PROOF = 'a proof that is never on the disk'
let folder: string
let now: number
let asked: number
let people: People
let audit: Audit
let answer: () => ProvedIdentity
let checks: ProofChecks

const identity = (role: Role | null, decidesRole = false): ProvedIdentity => ({
  issuer: 'hub',
  subject: 'grace',
  name: 'grace',
  role,
  decidesRole,
  proof: PROOF,
})
const provider: IdentityProvider = {
  name: 'JupyterHub',
  sessionMs: 24 * 60 * MINUTE,
  begin: () => Promise.reject(new Error('not part of this test')),
  finish: () => Promise.reject(new Error('not part of this test')),
  check: async (proof) => {
    asked++
    expect(proof).toBe(PROOF)
    return answer()
  },
}
const clock = () => now
const start = () => {
  people = new People(folder, () => new Date(now))
  checks = new ProofChecks({ provider, people, record: audit.record, now: clock, onProblem: () => undefined })
}
function enter(role: Role, decidesRole = false): { id: string; session: string } {
  const who = { issuer: 'hub', subject: 'grace', via: 'JupyterHub', decidesRole }
  const expires = new Date(now + provider.sessionMs)
  const entered = people.enter(who, { name: 'grace', role, device: '', expires, proof: PROOF })
  if (entered === 'full') throw new Error('full')
  const session = people.recognise(entered.cookie)?.session ?? ''
  return { id: entered.person.id, session }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yesterday-proofs-'))
  now = Date.parse('2026-01-01')
  asked = 0
  answer = () => identity('viewer')
  audit = new Audit(folder, (error) => {
    throw error
  })
  start()
})
afterEach(() => rmSync(folder, { recursive: true }))

test('the provider is asked at most every three minutes, and for each socket', async () => {
  const { id, session } = enter('viewer')
  await checks.confirm(session)
  await checks.confirm(session)
  expect(asked).toBe(1)
  now += 3 * MINUTE
  await Promise.all([checks.confirm(session), checks.confirm(session)])
  expect(asked, 'once for requests that come together').toBe(2)
  now += 10_000
  await checks.confirm(session, true)
  expect(asked, 'a socket').toBe(3)
  answer = () => identity(null)
  now += 10_000
  await checks.confirm(session, true)
  expect(people.roleOf(id, session)).toBeNull()
  expect(audit.newest(1)).toMatchObject([{ action: 'signed-out', about: { how: 'JupyterHub' } }])
})

test('a session with an open socket is checked by itself, one that is not used is not', async () => {
  const { id, session } = enter('viewer')
  await checks.confirm(session)
  answer = () => {
    throw new ProviderError('refused', 'the hub answered 403')
  }
  now += 4 * MINUTE
  checks.look()
  expect(asked).toBe(1)
  checks.used(session)
  checks.look()
  await expect.poll(() => people.roleOf(id, session)).toBeNull()
})

test('a provider that is down ends sessions after a while; another person behind the proof at once', async () => {
  const { id, session } = enter('viewer')
  await checks.confirm(session)
  answer = () => {
    throw new ProviderError('unreachable', 'no answer')
  }
  now += 14 * MINUTE
  await checks.confirm(session)
  expect(people.roleOf(id, session)).toBe('viewer')
  now += 2 * MINUTE
  await checks.confirm(session)
  expect(people.roleOf(id, session)).toBeNull()
  const second = enter('viewer')
  answer = () => ({ ...identity('viewer'), subject: 'mallory' })
  await checks.confirm(second.session)
  expect(people.roleOf(second.id, second.session)).toBeNull()
})

test('an owner may change a role here; it stays until the provider names another one', async () => {
  const { id, session } = enter('viewer')
  expect(people.changeRole(id, 'runner')).toMatchObject({ role: 'runner', isManaged: false })
  await checks.confirm(session)
  expect(people.roleOf(id, session)).toBe('runner')
  enter('viewer')
  expect(people.roleOf(id, session), 'another sign-in').toBe('runner')
  answer = () => identity('commenter')
  now += 4 * MINUTE
  await checks.confirm(session)
  expect(people.roleOf(id, session)).toBe('commenter')
  expect(audit.newest(1)).toMatchObject([
    { action: 'role-changed', about: { role: 'commenter', before: 'runner' } },
  ])
  const owner = enter('owner', true)
  expect(people.changeRole(owner.id, 'viewer')).toBe('managed')
})

test('a proof is sealed on the disk, and is used after a restart; without its key the session ends', async () => {
  const { id, session } = enter('viewer')
  const text = readFileSync(join(folder, 'people.json'), 'utf8')
  expect(text).not.toContain(PROOF)
  expect(text).not.toContain(Buffer.from(PROOF).toString('base64').slice(0, 12))
  start()
  await checks.confirm(session)
  expect([asked, people.roleOf(id, session)]).toEqual([1, 'viewer'])
  const found = people.provided.find(session)
  expect(found?.proof).toBe(PROOF)
})
