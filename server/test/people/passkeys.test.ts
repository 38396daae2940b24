/** Passkeys: added, used to sign in and to join; challenges that are good once; authenticators that lie. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { NewCredential, SignedCredential } from '../../contract/passkeys.ts'
import { Audit } from '../../src/people/audit.ts'
import { Passkeys } from '../../src/people/passkeys.ts'
import { PENDING_MS, Pending } from '../../src/people/pending.ts'
import { People, type Person } from '../../src/people/people.ts'
import { SignIn } from '../../src/people/sign-in.ts'
import { SoftAuthenticator, type Tampered } from './soft-authenticator.ts'

const all = mkdtempSync(join(tmpdir(), 'yesterday-passkeys-'))
afterAll(() => rmSync(all, { recursive: true, maxRetries: 5 }))

const party = { id: 'notebook.example', origin: 'https://notebook.example' }
const visitor = { address: '192.0.2.1', device: 'Firefox, Linux' }
const other = { id: 'other.example', origin: 'https://other.example' }
let folder = ''
let now = new Date()
let people: People
let audit: Audit
let passkeys: Passkeys
let device: SoftAuthenticator
let ada: Person

function restart(): void {
  people = new People(folder, () => now)
  audit = new Audit(folder, (error) => {
    throw error
  })
  const limits = { free: 50, firstMs: 1000, longestMs: 1000 }
  const signIns = new SignIn(people, audit.record, () => now.getTime(), limits)
  passkeys = new Passkeys({ people, signIns, record: audit.record, title: 'Yesterday', now: () => now })
}
beforeEach(() => {
  folder = mkdtempSync(join(all, 'one-'))
  now = new Date('2026-03-01T10:00:00Z')
  restart()
  device = new SoftAuthenticator(party.origin)
  ada = people.admit('Ada').person
})

async function add(tampered: Tampered = {}, name = 'Laptop') {
  const options = await passkeys.addOptions(party, 'session', ada, visitor)
  const made = { name, credential: device.create(options, tampered) }
  return passkeys.add(party, 'session', ada, made, visitor)
}
async function signIn(tampered: Tampered = {}) {
  const options = await passkeys.signInOptions(party, 'browser', visitor)
  return passkeys.signIn(party, 'browser', device.get(options, tampered), visitor)
}
const invite = (): string => {
  const made = people.invitations.make({ role: 'editor', uses: 1, days: 7 }, 'Ada')
  if (made === 'full') throw new Error('full')
  return made.secret
}

test('a passkey signs in after a restart, and counts as a way to sign in', async () => {
  expect(people.members).toMatchObject([{ isGuest: true }])
  expect(await add()).toMatchObject({
    ok: true,
    value: [{ name: 'Laptop', host: 'notebook.example', lastUsed: null }],
  })
  restart()
  expect(people.members).toMatchObject([{ name: 'Ada', isGuest: false }])
  const result = await signIn()
  expect(result.ok && people.recognise(result.value)).toMatchObject({
    person: { name: 'Ada' },
    role: 'owner',
  })
  expect(people.passkeys.of(ada.id)).toMatchObject([{ lastUsed: now.toISOString() }])
  const actions = audit.newest(9).map(({ action, about }) => [action, about.how ?? about.passkey])
  expect(actions).toEqual([
    ['signed-in', 'passkey'],
    ['passkey-added', 'Laptop'],
  ])
})

test('an invitation is accepted with a passkey, whose member signs in with it', async () => {
  const secret = invite()
  const options = await passkeys.joinOptions(party, 'browser', { invite: secret, name: ' Grace ' }, visitor)
  if (!options.ok) throw new Error('refused')
  expect(options.value).toMatchObject({ user: { name: 'Grace' }, rp: { id: party.id } })
  const made = { invite: secret, credential: device.create(options.value) }
  const joined = await passkeys.join(party, 'browser', made, visitor)
  const grace = { person: { name: 'Grace' }, role: 'editor' }
  expect(joined.ok && people.recognise(joined.value)).toMatchObject(grace)
  expect(await passkeys.join(party, 'browser', made, visitor)).toMatchObject({ problem: { kind: 'expired' } })
  const again = await signIn()
  expect(again.ok && people.recognise(again.value)).toMatchObject(grace)
  const taken = await passkeys.joinOptions(party, 'b', { invite: invite(), name: 'grace' }, visitor)
  expect(taken).toMatchObject({ problem: { kind: 'nameTaken' } })
  const spent = await passkeys.joinOptions(party, 'b', { invite: secret, name: 'Eve' }, visitor)
  expect(spent).toMatchObject({ problem: { kind: 'spent' } })
  const unseen = await passkeys.joinOptions(party, 'b', { invite: invite(), name: 'a\u202eb' }, visitor)
  expect(unseen).toMatchObject({ problem: { kind: 'badName' } })
})

test('two who use one link at the same time: one gets in', async () => {
  const secret = invite()
  const begin = async (browser: string, name: string) => {
    const options = await passkeys.joinOptions(party, browser, { invite: secret, name }, visitor)
    if (!options.ok) throw new Error('refused')
    return { invite: secret, credential: device.create(options.value) }
  }
  const [one, two] = [await begin('1', 'A'), await begin('2', 'B')]
  const results = await Promise.all([
    passkeys.join(party, '1', one, visitor),
    passkeys.join(party, '2', two, visitor),
  ])
  expect(results.map(({ ok }) => ok).sort()).toEqual([false, true])
})

const LIES: readonly (readonly [string, Tampered])[] = [
  ['another origin', { origin: 'https://evil.example' }],
  ['another host', { rpId: 'evil.example' }],
  ['another challenge', { challenge: 'AAAA' }],
  ['another ceremony', { type: 'payment.get' }],
  ['no verified user', { flags: 0x01 }],
  ['no present user', { flags: 0x04 }],
]
test.each(LIES)('a new passkey with %s is refused', async (_, tampered) => {
  expect(await add(tampered)).toMatchObject({ problem: { kind: 'unverified' } })
  expect(people.passkeys.of(ada.id)).toEqual([])
})

test.each([
  ...LIES,
  ['a counter that did not grow', { counter: 1 }] as const,
  ['the account of another person', { userHandle: 'AAAA' }] as const,
])('a sign-in with %s is refused and recorded', async (_, tampered) => {
  await add()
  expect((await signIn()).ok).toBe(true)
  expect(await signIn(tampered)).toMatchObject({ problem: { kind: 'unverified' } })
  expect(audit.newest(1)).toMatchObject([
    { action: 'sign-in-failed', about: { name: 'Ada', why: 'passkey' } },
  ])
  expect((await signIn()).ok).toBe(true)
})

test('a challenge is good once, for five minutes, in its browser, for what it was made', async () => {
  await add()
  const options = await passkeys.signInOptions(party, 'browser', visitor)
  const signed = device.get(options)
  const expired = { problem: { kind: 'expired' } }
  expect(await passkeys.signIn(party, 'stranger', signed, visitor)).toMatchObject(expired)
  expect((await passkeys.signIn(party, 'browser', signed, visitor)).ok).toBe(true)
  expect(await passkeys.signIn(party, 'browser', signed, visitor)).toMatchObject(expired)
  const late = device.get(await passkeys.signInOptions(party, 'browser', visitor))
  now = new Date(now.getTime() + PENDING_MS)
  expect(await passkeys.signIn(party, 'browser', late, visitor)).toMatchObject(expired)
  await passkeys.addOptions(party, 'session', ada, visitor)
  expect(await passkeys.signIn(party, 'session', signed, visitor)).toMatchObject(expired)
  const begun = await passkeys.addOptions(party, 'session', ada, visitor)
  const made = { name: 'x', credential: device.create(begun) }
  const eve = people.admit('Eve').person
  expect(await passkeys.add(party, 'session', eve, made, visitor)).toMatchObject(expired)
})

test('a passkey of one host does not sign in at another', async () => {
  await add()
  const options = await passkeys.signInOptions(other, 'browser', visitor)
  const lie = device.get({ ...options, rpId: party.id }, { rpId: other.id, origin: other.origin })
  expect(await passkeys.signIn(other, 'browser', lie, visitor)).toMatchObject({
    problem: { kind: 'unverified' },
  })
})

test('the only way to sign in is not removed; a removed passkey opens nothing', async () => {
  await add()
  const [first] = people.passkeys.of(ada.id)
  expect(passkeys.remove(ada, first?.id ?? '', visitor)).toBe('lastWay')
  expect(passkeys.remove(ada, 'none', visitor)).toBe('missing')
  expect(passkeys.remove(people.admit('Eve').person, first?.id ?? '', visitor)).toBe('missing')
  const old = device
  device = new SoftAuthenticator(party.origin)
  await add({}, 'Phone')
  expect(passkeys.remove(ada, first?.id ?? '', visitor)).toBe('removed')
  device = old
  expect(await signIn()).toMatchObject({ problem: { kind: 'unverified' } })
  expect(people.passkeys.of(ada.id)).toMatchObject([{ name: 'Phone' }])
})

test('an address waits after many failures', async () => {
  await add()
  for (let n = 0; n < 50; n++) await signIn({ counter: 0, challenge: 'AAAA' })
  expect(await signIn()).toMatchObject({ problem: { kind: 'locked' } })
})

test('a file from before there were passkeys is read', () => {
  const path = join(folder, 'people.json')
  const file = JSON.parse(readFileSync(path, 'utf8'))
  for (const person of file.people) delete person.passkeys
  writeFileSync(path, JSON.stringify(file))
  restart()
  expect([people.members.map(({ name }) => name), people.passkeys.hasAny]).toEqual([['Ada'], false])
})

/** Any change of a good answer, and any JSON in its place, is refused; nothing throws. */
test('answers of authenticators that are damaged anywhere are refused', async () => {
  await add()
  const bytes = fc.uint8Array({ maxLength: 400 }).map((value) => Buffer.from(value).toString('base64url'))
  const field = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature', 'userHandle')
  const spot = fc.record({ field, place: fc.nat(), xor: fc.integer({ min: 1, max: 255 }) })
  await fc.assert(
    fc.asyncProperty(fc.oneof(spot, fc.record({ field, whole: bytes })), async (damage) => {
      const good = device.get(await passkeys.signInOptions(party, 'browser', { ...visitor, address: '' }))
      const before = good.response[damage.field as 'signature']
      const sent = { ...good, response: { ...good.response, [damage.field]: damaged(before, damage) } }
      const read = SignedCredential.safeParse(sent)
      if (!read.success || sent.response[damage.field as 'signature'] === before) return
      now = new Date(now.getTime() + 60_000)
      expect((await passkeys.signIn(party, 'browser', read.data, visitor)).ok).toBe(false)
    }),
    { numRuns: 150 },
  )
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (clientDataJSON, attestationObject) => {
      const options = await passkeys.addOptions(party, 'session', ada, visitor)
      const good = device.create(options)
      const response = { clientDataJSON: good.response.clientDataJSON, attestationObject }
      for (const one of [response, { clientDataJSON, attestationObject: good.response.attestationObject }]) {
        const read = NewCredential.safeParse({ ...good, response: one })
        if (!read.success) continue
        const made = { name: 'x', credential: read.data }
        expect((await passkeys.add(party, 'session', ada, made, visitor)).ok).toBe(false)
      }
    }),
    { numRuns: 60 },
  )
  fc.assert(fc.property(fc.jsonValue(), (value) => !SignedCredential.safeParse(value).success))
})

function damaged(text: string, damage: { whole: string } | { place: number; xor: number }): string {
  if ('whole' in damage) return damage.whole
  const buffer = Buffer.from(text, 'base64url')
  const place = damage.place % buffer.length
  buffer[place] = (buffer[place] ?? 0) ^ damage.xor
  return buffer.toString('base64url')
}

test('begun sign-ins are bounded, and one address does not push out others', () => {
  const pending = new Pending<number>(() => 0)
  pending.begin('mine', 1, 'here')
  for (let n = 0; n < 3000; n++) pending.begin(`flood ${n}`, n, 'there')
  expect(pending.take('mine')).toBe(1)
  expect(pending.take('mine')).toBeNull()
  for (let n = 0; n < 5000; n++) pending.begin(`many ${n}`, n, String(n))
  expect(pending.size).toBe(2000)
})
