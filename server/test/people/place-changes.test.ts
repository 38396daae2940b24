/** Roles at folders while something else happens: a move, an invitation, a full disk. No one sees more meanwhile, or after it. */
import { mkdir, mkdtemp, realpath, rmdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PlaceRole } from '../../contract/grants.ts'
import type { Role } from '../../contract/route.ts'
import type { GrantTarget } from '../../src/people/grants.ts'
import { startComposed, type TestServer } from '../http/composed-server.ts'

const SECRET = 'gutenberg'
let root = ''
let state = ''
let server: TestServer

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-place-changes-')))
  state = await mkdtemp(join(tmpdir(), 'yesterday-place-changes-state-'))
  for (const folder of ['private', 'public']) await mkdir(join(root, folder))
  await symlink(join(root, 'private'), join(root, 'public/way'))
  server = await startComposed(root, state)
})
afterAll(() => server.close())

interface Person {
  readonly id: string
  readonly cookie: string
}
function person(role: Role, ...given: readonly (readonly [GrantTarget, PlaceRole])[]): Person {
  const { person: made, cookie } = server.people.admit(role, role)
  for (const [on, granted] of given) server.grants.put(made.id, on, granted, 'Ada')
  return { id: made.id, cookie: server.access.setCookie(cookie).split(';')[0] ?? '' }
}
const owner = (): Person => person('owner')
const inFolder = (path: string): GrantTarget => ({ kind: 'folder', path })

async function ask({ cookie }: Person, method: string, path: string, body?: unknown) {
  const origin = `http://${server.address}`
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: { cookie, origin, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return { status: response.status, json: isJson ? JSON.parse(text) : null }
}

test('a hidden folder stays hidden when it is moved by way of a link, and to a place of another grant', async () => {
  await mkdir(join(root, 'private/secret'))
  await writeFile(join(root, 'private/secret/x.txt'), SECRET)
  const eve = person('editor', [inFolder('private/secret'), 'none'], [inFolder('former'), 'runner'])
  const moved = await ask(owner(), 'POST', '/api/files', {
    type: 'move',
    from: 'public/way/secret',
    to: 'former',
  })
  expect(moved.status).toBe(200)
  expect((await ask(eve, 'GET', '/api/files/former/x.txt?download')).status).toBe(404)
  expect(server.grants.of(eve.id).map(({ on, role }) => [on, role])).toEqual([[inFolder('former'), 'none']])
})

test('a folder is not moved where its grants cannot be stored, and a failed move leaves them', async () => {
  await mkdir(join(root, 'kept'))
  await writeFile(join(root, 'kept/x.txt'), SECRET)
  const eve = person('editor', [inFolder('kept'), 'none'], [inFolder('kept/in/it'), 'viewer'])
  await mkdir(join(state, 'grants.json.new'))
  const refused = await ask(owner(), 'POST', '/api/files', { type: 'move', from: 'kept', to: 'shown' })
  await rmdir(join(state, 'grants.json.new'))
  expect(refused.status).toBeGreaterThanOrEqual(400)
  expect((await ask(eve, 'GET', '/api/files/kept/x.txt?download')).status).toBe(404)
  expect((await ask(owner(), 'GET', '/api/files/kept/x.txt?download')).status).toBe(200)
  // `into` is `kept/in`: no folder can be moved into itself.
  await mkdir(join(root, 'kept/in'))
  await symlink(join(root, 'kept/in'), join(root, 'into'))
  const failed = await ask(owner(), 'POST', '/api/files', { type: 'move', from: 'kept', to: 'into/it' })
  expect(failed.status).toBeGreaterThanOrEqual(400)
  expect(server.grants.of(eve.id).map(({ on, role }) => [on, role])).toEqual([
    [inFolder('kept'), 'none'],
    [inFolder('kept/in/it'), 'viewer'],
  ])
})

test('who accepts an invitation to a place never sees more, also where the roles cannot be stored', async () => {
  const made = await ask(owner(), 'POST', '/api/people/invitations', {
    role: 'viewer',
    uses: 2,
    on: { kind: 'folder', path: 'public' },
  })
  const secret = new URLSearchParams(made.json.path.split('?')[1]).get('invite') ?? ''
  const wish = { secret, name: 'Heidi', password: 'correct horse battery' }
  const visitor = { address: '', device: '' }
  await mkdir(join(state, 'grants.json.new'))
  await expect(server.access.signIns.join(wish, visitor)).rejects.toThrow('EISDIR')
  await rmdir(join(state, 'grants.json.new'))
  expect(server.people.memberNamed('Heidi')).toBe(null)
  await mkdir(join(state, 'people.json.new'))
  await expect(server.access.signIns.join(wish, visitor)).rejects.toThrow('EISDIR')
  await rmdir(join(state, 'people.json.new'))
  expect((await server.access.signIns.join(wish, visitor)).ok).toBe(true)
  const { id = '' } = server.people.memberNamed('Heidi') ?? {}
  expect(server.grants.of(id).map(({ role }) => role)).toEqual(['none', 'viewer'])
  const known = new Set(server.people.members.map((member) => member.id))
  const isKept = ({ person: of }: { person: string }) => known.has(of) || of.startsWith('invitation:')
  expect(server.grants.all.every(isKept)).toBe(true)
})

test('where there are too many roles, there is no invitation to a place; ended ones take no room', async () => {
  const invite = () =>
    ask(owner(), 'POST', '/api/people/invitations', {
      role: 'viewer',
      on: { kind: 'folder', path: 'public' },
    })
  const first = await invite()
  server.people.invitations.revoke(first.json.invitation.id)
  expect((await invite()).status).toBe(201)
  expect(server.grants.of(`invitation:${first.json.invitation.id}`)).toEqual([])
  const places = Array.from({ length: 4999 - server.grants.all.length }, (_, n) => inFolder(`many/${n}`))
  server.grants.putAll(
    'many',
    places.map((on) => ({ on, role: 'viewer' })),
    'Ada',
  )
  const before = server.people.invitations.open.length
  expect((await invite()).status).toBe(409)
  expect(server.people.invitations.open).toHaveLength(before)
  server.grants.forget('many')
})

test('what was deleted in a hidden folder is in no list, and is not put back by whom it is hidden from', async () => {
  await mkdir(join(root, 'gone'))
  await writeFile(join(root, 'gone/x.txt'), SECRET)
  const eve = person('editor', [inFolder('gone'), 'none'])
  expect((await ask(owner(), 'POST', '/api/files', { type: 'trash', path: 'gone/x.txt' })).status).toBe(200)
  const [item] = (await ask(owner(), 'GET', '/api/trash')).json
  expect(item).toMatchObject({ path: 'gone/x.txt', type: 'file' })
  expect((await ask(eve, 'GET', '/api/trash')).json).toEqual([])
  const path = `/api/trash/${item.item}`
  expect((await ask(eve, 'POST', path, { path: 'gone/x.txt' })).status).toBe(404)
  expect((await ask(eve, 'POST', path, { path: 'public/x.txt' })).status).toBe(404)
  expect((await ask(eve, 'DELETE', path)).status).toBe(403)
  expect((await ask(person('viewer'), 'GET', '/api/trash')).status).toBe(403)
  expect((await ask(owner(), 'POST', path, { path: 'gone/x.txt' })).status).toBe(201)
  expect((await ask(owner(), 'GET', '/api/files/gone/x.txt?download')).status).toBe(200)
})
