/** Members: invitations, passwords, limits of tries, sessions, what is on the disk, and the audit log. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { ADDRESS_LIMITS } from '../../src/people/attempts.ts'
import { Audit } from '../../src/people/audit.ts'
import { networkOf } from '../../src/people/network.ts'
import { People } from '../../src/people/people.ts'
import { SignIn } from '../../src/people/sign-in.ts'

const all = mkdtempSync(join(tmpdir(), 'yesterday-members-'))
afterAll(() => rmSync(all, { recursive: true, maxRetries: 5 }))

const visitor = { address: '192.0.2.1', device: 'Firefox, Linux' }
const elsewhere = (n: number) => ({ ...visitor, address: `198.51.100.${n + 10}` })
const PASSWORD = 'correct horse battery'
let folder = ''
let now = new Date('2026-03-01T10:00:00Z')
let people: People
let audit: Audit
let signIns: SignIn

beforeEach(() => {
  folder = mkdtempSync(join(all, 'one-'))
  now = new Date('2026-03-01T10:00:00Z')
  restart()
})
function restart(): void {
  people = new People(folder, () => now)
  audit = new Audit(
    folder,
    (error) => {
      throw error
    },
    () => now,
  )
  signIns = new SignIn(people, audit.record, () => now.getTime(), { ...ADDRESS_LIMITS, free: 6 })
}
const later = (ms: number): void => {
  now = new Date(now.getTime() + ms)
}
const invite = (role: 'viewer' | 'owner' = 'viewer', uses = 1, days = 7): string => {
  const made = people.invitations.make({ role, uses, days }, 'Ada')
  if (made === 'full') throw new Error('full')
  return made.secret
}
const join_ = (secret: string, name = 'Grace', password = PASSWORD) =>
  signIns.join({ secret, name, password }, visitor)

test('an invitation makes a member with its role, who signs in by name and password after a restart', async () => {
  const joined = await join_(invite())
  expect(joined.ok && people.recognise(joined.cookie)).toMatchObject({
    person: { name: 'Grace' },
    role: 'viewer',
  })
  restart()
  const signedIn = await signIns.signIn(' GRACE ', PASSWORD, visitor)
  expect(signedIn.ok && people.recognise(signedIn.cookie)).toMatchObject({
    person: { name: 'Grace' },
    role: 'viewer',
  })
  expect(people.members).toMatchObject([{ name: 'Grace', role: 'viewer', isGuest: false }])
})

test('a link is good for its uses and its days, and not after it was revoked', async () => {
  const twice = invite('viewer', 2)
  expect((await join_(twice, 'A')).ok).toBe(true)
  restart()
  expect((await join_(twice, 'B')).ok).toBe(true)
  expect(await join_(twice, 'C')).toMatchObject({ problem: { kind: 'spent' } })
  const old = invite('viewer', 1, 1)
  later(24 * 3600_000)
  expect(await join_(old, 'D')).toMatchObject({ problem: { kind: 'spent' } })
  const revoked = invite()
  const [open] = people.invitations.open
  expect(people.invitations.revoke(open?.id ?? '')).toBe(true)
  expect(await join_(revoked, 'E')).toMatchObject({ problem: { kind: 'spent' } })
})

test('two who use the last place of a link at the same time: one gets in', async () => {
  const secret = invite()
  const results = await Promise.all([join_(secret, 'A'), join_(secret, 'B')])
  expect(results.map(({ ok }) => ok).sort()).toEqual([false, true])
})

test.each([
  ['', PASSWORD, 'badName'],
  ['a\u202eb', PASSWORD, 'badName'],
  ['x'.repeat(81), PASSWORD, 'badName'],
  ['ｇｒａｃｅ', PASSWORD, 'nameTaken'],
  ['Eve', 'short', 'shortPassword'],
  ['Eve', 'x'.repeat(201), 'longPassword'],
  ['Evelyn Smith', 'evelyn smith', 'likeName'],
])('the name "%s" with the password "%s" is refused: %s', async (name, password, kind) => {
  await join_(invite())
  const secret = invite()
  expect(await join_(secret, name, password)).toMatchObject({ problem: { kind } })
  expect(people.invitations.find(secret)).toMatchObject({ usesLeft: 1 })
})

test('neither passwords nor secrets of links are on the disk, and the files are for their owner alone', async () => {
  const [secret, other] = [invite(), invite()]
  await join_(secret)
  await signIns.signIn('Grace', `${PASSWORD}!`, visitor)
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8')
    for (const word of [PASSWORD, secret, other]) expect([name, text.includes(word)]).toEqual([name, false])
    expect([name, statSync(join(folder, name)).mode & 0o77]).toEqual([name, 0])
  }
})

test('after five failures an account waits, longer each time, and the right password does not help', async () => {
  await join_(invite())
  for (let n = 0; n < 4; n++)
    expect(await signIns.signIn('Grace', 'wrong', elsewhere(n))).toMatchObject({ problem: { kind: 'wrong' } })
  const fifth = await signIns.signIn('Grace', 'wrong', elsewhere(4))
  expect(fifth).toMatchObject({ problem: { kind: 'locked', waitMs: 30_000 } })
  later(10_000)
  const right = await signIns.signIn('Grace', PASSWORD, { ...visitor, address: '198.51.100.7' })
  expect(right).toMatchObject({ problem: { kind: 'locked', waitMs: 20_000 } })
  later(20_000)
  expect(await signIns.signIn('Grace', 'wrong', elsewhere(5))).toMatchObject({ problem: { waitMs: 60_000 } })
  later(60_000)
  expect((await signIns.signIn('Grace', PASSWORD, visitor)).ok).toBe(true)
  expect(await signIns.signIn('Grace', 'wrong', visitor)).toMatchObject({ problem: { kind: 'wrong' } })
})

test('every spelling of a name that finds a member counts for one limit', async () => {
  await join_(invite(), 'Ada Lovelace')
  const spellings = [
    'Ada  Lovelace',
    ' ada\tlovelace',
    'ADA\u3000LOVELACE',
    'Ada \n Lovelace ',
    'Ａｄａ Lovelace',
  ]
  for (const [n, name] of spellings.entries())
    expect(await signIns.signIn(name, 'wrong', elsewhere(n))).toMatchObject({
      problem: { kind: n < 4 ? 'wrong' : 'locked' },
    })
  const long = `Ada Lovelace${' '.repeat(2000)}`
  expect(await signIns.signIn(long, PASSWORD, elsewhere(9))).toMatchObject({ problem: { kind: 'locked' } })
})

test('the name of a limit of another kind is no way to lock it', async () => {
  const joined = await join_(invite())
  const { id = '' } = (joined.ok && people.recognise(joined.cookie)?.person) || {}
  for (const name of [`id ${id}`, `verify ${id}`, `member ${id}`])
    for (let n = 0; n < 6; n++) await signIns.signIn(name, 'wrong', elsewhere(n))
  expect((await signIns.signIn('Grace', PASSWORD, visitor)).ok).toBe(true)
  expect(await signIns.verify(id, PASSWORD, visitor)).toBe(null)
})

test('a name without an account is answered and limited as one with an account', async () => {
  for (let n = 0; n < 4; n++)
    expect(await signIns.signIn('Nemo', 'wrong', visitor)).toMatchObject({ problem: { kind: 'wrong' } })
  expect(await signIns.signIn('Nemo', 'wrong', visitor)).toMatchObject({ problem: { kind: 'locked' } })
})

test('an address waits after several failures, whatever names it tries; success of an own account changes nothing', async () => {
  await join_(invite())
  for (let n = 0; n < 5; n++) await signIns.signIn(`name ${n}`, 'wrong', visitor)
  expect((await signIns.signIn('Grace', PASSWORD, visitor)).ok).toBe(true)
  expect(await signIns.signIn('one more', 'wrong', visitor)).toMatchObject({ problem: { kind: 'locked' } })
  expect(await signIns.signIn('Grace', PASSWORD, visitor)).toMatchObject({ problem: { kind: 'locked' } })
  expect((await signIns.signIn('Grace', PASSWORD, { ...visitor, address: '198.51.100.7' })).ok).toBe(true)
})

test('an address of an IPv6 network waits with all others of it', async () => {
  const host = (n: number) => ({ ...visitor, address: `2001:db8:0:7::${n.toString(16)}` })
  for (let n = 0; n < 6; n++) await signIns.signIn(`name ${n}`, 'wrong', host(n))
  expect(await signIns.signIn('x', 'wrong', host(99))).toMatchObject({ problem: { kind: 'locked' } })
  const other = { ...visitor, address: '2001:db8:0:8::1' }
  expect(await signIns.signIn('x', 'wrong', other)).toMatchObject({ problem: { kind: 'wrong' } })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:07::1', '2001:db8:0:7::/64'],
  ['2001:db8::7:0:0:0:1', '2001:db8:0:7::/64'],
  ['2001:db8:0:7:1:2:3:4', '2001:db8:0:7::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['', ''],
])('for limits, %s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('the last owner stays one; a removed member cannot come back', async () => {
  const { person: ada } = people.admit('Ada')
  expect(people.changeRole(ada.id, 'viewer')).toBe('lastOwner')
  expect(people.remove(ada.id)).toBe('lastOwner')
  const joined = await join_(invite('owner'))
  expect(people.changeRole(ada.id, 'viewer')).toMatchObject({ role: 'viewer' })
  expect(people.remove(ada.id)).toBe('removed')
  const grace = joined.ok ? people.recognise(joined.cookie) : null
  expect(people.remove(grace?.person.id ?? '')).toBe('lastOwner')
})

test('a person sees where they are signed in, and ends one session or all', async () => {
  const joined = await join_(invite())
  const second = await signIns.signIn('Grace', PASSWORD, { ...visitor, device: 'Safari, iOS' })
  if (!joined.ok || !second.ok) throw new Error('not signed in')
  const { person, session } = people.recognise(second.cookie) ?? { person: { id: '' }, session: '' }
  const devices = people.devices(person.id, session)
  expect(devices).toMatchObject([
    { device: 'Firefox, Linux', isThis: false },
    { device: 'Safari, iOS', isThis: true },
  ])
  people.endSessions(person.id, ({ publicId }) => publicId === devices[0]?.id)
  expect([people.recognise(joined.cookie), people.recognise(second.cookie)]).toMatchObject([null, {}])
  people.endSessions(person.id, () => true)
  restart()
  expect(people.recognise(second.cookie)).toBeNull()
  expect(people.members).toMatchObject([{ name: 'Grace', lastUsed: null }])
})

test('a full disk keeps no one out who is signed in', async () => {
  const { cookie, person } = people.admit('Ada')
  later(3600_000)
  mkdirSync(join(folder, 'people.json.new'))
  for (let n = 0; n < 2; n++) expect(people.recognise(cookie)?.person.id).toBe(person.id)
  expect(() => people.rename(person.id, { name: 'Grace' })).toThrow('EISDIR')
  expect(people.recognise(cookie)?.person.name).toBe('Ada')
  rmSync(join(folder, 'people.json.new'), { recursive: true })
  later(3600_000)
  people.recognise(cookie)
  restart()
  expect(people.devices(person.id, null)).toMatchObject([{ lastUsed: now.toISOString() }])
})

test('a file from before there were members: all stay owners, and their cookies go on', () => {
  const { cookie } = people.admit('Old')
  const [id = ''] = cookie.split('.')
  const { key } = JSON.parse(readFileSync(join(folder, 'people.json'), 'utf8'))
  const before = { id, name: 'Old', color: '#000', since: now.toISOString(), named: true }
  writeFileSync(join(folder, 'people.json'), JSON.stringify({ version: 1, key, people: [before] }))
  restart()
  expect(people.recognise(cookie)).toMatchObject({ person: { name: 'Old' }, role: 'owner' })
})

test('a damaged file is kept aside', () => {
  people.admit('Ada')
  appendFileSync(join(folder, 'people.json'), '}')
  restart()
  expect(people.members).toEqual([])
  const aside = readdirSync(folder).filter((name) => name.startsWith('people.json.damaged-'))
  expect(aside).toHaveLength(1)
  expect(readFileSync(join(folder, aside[0] ?? ''), 'utf8')).toContain('Ada')
})

test('the audit log goes on after a restart, and shows which line was changed or removed', async () => {
  await join_(invite())
  await signIns.signIn('Grace', 'wrong', visitor)
  // A person may have typed the password in the place of the name.
  await signIns.signIn(PASSWORD, 'x', visitor)
  expect(readFileSync(join(folder, 'audit.jsonl'), 'utf8')).not.toContain(PASSWORD)
  restart()
  await signIns.signIn('Grace', PASSWORD, visitor)
  const about = { notebook: 'a.ipynb' }
  for (let n = 0; n < 3; n++) audit.record({ action: 'notebook-opened', by: null, address: null, about })
  const actions = ['invitation-used', 'sign-in-failed', 'sign-in-failed', 'signed-in', 'notebook-opened']
  expect(audit.newest(10).map(({ action }) => action)).toEqual(actions.toReversed())
  expect([...audit.lines()].map(({ isSound }) => isSound)).toEqual([true, true, true, true, true])
  const path = join(folder, 'audit.jsonl')
  const lines = readFileSync(path, 'utf8')
  writeFileSync(path, lines.replace('192.0.2.1', '192.0.2.2'))
  expect([...audit.lines()].map(({ isSound }) => isSound)).toEqual([false, true, true, true, true])
  writeFileSync(path, lines.split('\n').toSpliced(1, 1).join('\n'))
  expect([...audit.lines()].map(({ isSound }) => isSound)).toEqual([true, false, true, true])
})
