/** Roles at folders and notebooks on a whole server: what is hidden is in no answer, and no path leads around a grant. */
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, realpath, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { PlaceRole } from '../../contract/grants.ts'
import type { Role } from '../../contract/route.ts'
import { routes } from '../../contract/routes.ts'
import { SUBJECT_FIELDS } from '../../contract/subjects.ts'
import { close } from '../../contract/sync.ts'
import { seconds } from '../../setup/patience.js'
import type { Access } from '../../src/http/access.ts'
import type { Grants, GrantTarget } from '../../src/people/grants.ts'
import type { MemberTokens } from '../../src/people/member-tokens.ts'
import type { People } from '../../src/people/people.ts'
import type { Project } from '../../src/project.ts'
import { startComposed, type TestServer } from '../http/composed-server.ts'
import { at, edge, ended, queued, sessionStarted } from '../store/entries.ts'

let root = ''
let state = ''
let project: Project
let people: People
let grants: Grants
let server: TestServer
let access: Access
let memberTokens: MemberTokens
const ids = new Map<string, string>()
const SECRET = 'gutenberg'

const notebook = (id: string, source: string): string =>
  JSON.stringify({
    cells: [{ cell_type: 'code', id, source, metadata: {}, outputs: [], execution_count: null }],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  })

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-places-')))
  state = await mkdtemp(join(tmpdir(), 'yesterday-places-state-'))
  for (const folder of ['private/open', 'public']) await mkdir(join(root, folder), { recursive: true })
  await writeFile(join(root, 'private/b.ipynb'), notebook('bbbbbb', `x = "${SECRET}"`))
  await writeFile(join(root, 'private/open/c.ipynb'), notebook('cccccc', 'y = 1'))
  await writeFile(join(root, 'private/data.csv'), SECRET)
  await writeFile(join(root, 'public/a.ipynb'), notebook('aaaaaa', 'z = 2'))
  await symlink(join(root, 'private'), join(root, 'public/way'))
  server = await startComposed(root, state)
  ;({ project, people, grants, access, memberTokens } = server)
  for (const path of ['private/b.ipynb', 'private/open/c.ipynb', 'public/a.ipynb'])
    ids.set(path, (await ask(owner(), 'POST', '/api/notebooks/open', { path })).json.documentId)
  await record()
})
afterAll(() => server.close())

/** A run of each notebook; the one of `public` uses what the one of `private` made. */
async function record(): Promise<void> {
  const { objects, runs } = project.store
  for (const source of [SECRET, 'z = 2']) await objects.put(Buffer.from(source))
  const output = { mime: 'text/plain', outputType: 'stream', name: 'stdout' }
  const [shown, hidden] = [await objects.put(Buffer.from('shown')), await objects.put(Buffer.from('hidden'))]
  const made = edge('data.csv', { kind: 'file', digest: 'd1', version: 'd1' })
  const b = { notebook: 'private/b.ipynb', documentId: ids.get('private/b.ipynb') ?? '' }
  const a = { notebook: 'public/a.ipynb', documentId: ids.get('public/a.ipynb') ?? '' }
  await runs.append([
    sessionStarted('5e55bbbb', b),
    queued('bbbb01', '5e55bbbb', { notebook: b.notebook, source: SECRET }),
    ended('bbbb01', 1, { generated: [made], outputs: [{ ...output, digest: hidden, size: 6 }], at: at(10) }),
    sessionStarted('5e55aaaa', a),
    queued('aaaa01', '5e55aaaa', { notebook: a.notebook, source: 'z = 2' }),
    ended('aaaa01', 1, {
      used: [{ ...made, by: 'bbbb01' }],
      outputs: [{ ...output, digest: shown, size: 5 }],
      at: at(20),
    }),
  ])
  ids.set('shown', shown)
  ids.set('hidden', hidden)
}

interface Person {
  readonly id: string
  readonly cookie: string
}

function person(role: Role, ...given: readonly (readonly [GrantTarget, PlaceRole])[]): Person {
  const { person: made, cookie } = people.admit(role, role)
  for (const [on, granted] of given) grants.put(made.id, on, granted, 'Ada')
  return { id: made.id, cookie: access.setCookie(cookie).split(';')[0] ?? '' }
}
const owner = (): Person => person('owner')
const inFolder = (path: string): GrantTarget => ({ kind: 'folder', path })
const ofNotebook = (path: string): GrantTarget => ({ kind: 'notebook', document: ids.get(path) ?? '' })

const address = (): string => server.address

async function ask({ cookie }: Person, method: string, path: string, body?: unknown) {
  const response = await fetch(`http://${address()}${path}`, {
    method,
    headers: {
      cookie,
      origin: `http://${address()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return { status: response.status, text, json: isJson ? JSON.parse(text) : null }
}

const namesOf = (answer: { readonly json: readonly { readonly name: string }[] }): readonly string[] =>
  answer.json.map(({ name }) => name).toSorted()

test('a hidden folder is in no list; a folder on the way to something visible is', async () => {
  const eve = person('editor', [inFolder('private'), 'none'])
  expect(namesOf(await ask(eve, 'GET', '/api/files'))).toEqual(['public'])
  expect((await ask(eve, 'GET', '/api/contents?content=1')).text).not.toContain('private')
  const joe = person('editor', [inFolder('private'), 'none'], [inFolder('private/open'), 'viewer'])
  expect(namesOf(await ask(joe, 'GET', '/api/files'))).toEqual(['private', 'public'])
  expect(namesOf(await ask(joe, 'GET', '/api/files/private'))).toEqual(['open'])
  const [entry] = (await ask(joe, 'GET', '/api/files/private/open')).json
  expect(entry).toMatchObject({ name: 'c.ipynb', writable: false })
})

/** Names of what is hidden from Eve, and of what does not exist, by the field that holds them. */
const named = (isThere: boolean): Readonly<Record<string, string>> => {
  const path = isThere ? 'private/b.ipynb' : 'private-2/b.ipynb'
  const id = isThere ? (ids.get('private/b.ipynb') ?? '') : 'ffffffff'
  const run = isThere ? 'bbbb01' : 'ffff01'
  const kinds = { path, notebook: path, document: id, run, session: isThere ? '5e55bbbb' : '5e55ffff' }
  const object = isThere ? (ids.get('hidden') ?? '') : `sha256:${'0'.repeat(64)}`
  const all: Readonly<Record<string, string>> = { ...kinds, object, side: run, checkpoint: 'ffffffff' }
  return Object.fromEntries(
    Object.entries(SUBJECT_FIELDS).map(([field, kind]) => [field, all[kind] ?? 'ffff']),
  )
}

test('every route answers for what is hidden as for what is missing', async () => {
  const eve = person('runner', [inFolder('private'), 'none'], [inFolder('private-2'), 'none'])
  for (const { method, path } of routes.filter((route) => /[:*]\w+/.test(route.path))) {
    const answers: string[] = []
    for (const isThere of [true, false]) {
      const names = named(isThere)
      const asked = path
        .replace(/\{?\/?\*path\}?/, `/${names.path}`)
        .replace(/:(\w+)/g, (_, field: string) => names[field] ?? 'ffff')
      if (
        !asked.includes(isThere ? 'private/' : 'private-2/') &&
        !/:(?:document|run|session|digest)/.test(path)
      )
        continue
      const isRead = method === 'get'
      const answer = await ask(
        eve,
        method.toUpperCase(),
        isRead ? `${asked}?format=py&download` : asked,
        isRead ? undefined : {},
      )
      answers.push(`${answer.status} ${answer.text}`)
      expect([asked, answer.text]).not.toEqual([asked, expect.stringContaining(SECRET)])
    }
    expect([path, answers[0]]).toEqual([path, answers[1]])
    if (answers[0] !== undefined) expect([path, Number(answers[0].slice(0, 3)) >= 400]).toEqual([path, true])
  }
})

test('a token has the roles of its member at each place, up to its scope, until it is revoked', async () => {
  const eve = person('editor', [inFolder('private'), 'none'], [inFolder('private/open'), 'runner'])
  const made = memberTokens.make({ member: eve.id, name: 'lab', role: 'commenter', days: 1 })
  if (typeof made === 'string') throw new Error(made)
  const byToken = async (path: string, method = 'GET') =>
    fetch(`http://${address()}${path}`, { method, headers: { authorization: `token ${made.secret}` } })
  expect(await (await byToken('/api/files/private')).json()).toMatchObject([{ name: 'open' }])
  expect((await byToken('/api/files/private/data.csv?download')).status).toBe(404)
  const inside = await (await byToken('/api/files/private/open')).json()
  expect(inside).toMatchObject([{ name: 'c.ipynb', writable: false }])
  expect((await byToken('/api/contents/private/open/c.ipynb', 'DELETE')).status).toBe(403)
  const socket = new WebSocket(`ws://${address()}/api/notebooks/${ids.get('private/open/c.ipynb')}/session`, {
    headers: { authorization: `token ${made.secret}` },
  })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  memberTokens.revoke(made.token.id, eve.id)
  expect((await closed)[0]).toBe(close.forbidden)
  expect((await byToken('/api/files')).status).toBe(401)
})

test('links, dots and copies of a folder do not lead around it', async () => {
  const eve = person('editor', [inFolder('private'), 'none'])
  for (const path of [
    'public/way/data.csv',
    'public/../private/data.csv',
    'private//data.csv',
    './private/data.csv',
  ])
    expect((await ask(eve, 'GET', `/api/files/${encodeURIComponent(path)}?download`)).text).not.toContain(
      SECRET,
    )
  expect((await ask(eve, 'GET', '/files/public/way/data.csv')).status).toBe(404)
  const joe = person('editor', [inFolder('public'), 'viewer'], [inFolder('private/open'), 'none'])
  for (const command of [
    { type: 'copy', from: 'private', to: 'copied' },
    { type: 'move', from: 'private', to: 'moved' },
    { type: 'trash', path: 'private' },
  ])
    expect([command.type, (await ask(joe, 'POST', '/api/files', command)).status]).toEqual([
      command.type,
      403,
    ])
  expect((await ask(joe, 'PUT', '/api/files/public/new.txt', 'text')).status).toBe(403)
  const made = await ask(joe, 'POST', '/api/files', { type: 'newFolder', folder: 'private', name: 'open' })
  expect(made.status).toBe(404)
})

test('the past of a hidden notebook is in no list, and its runs are not named as makers', async () => {
  const eve = person('viewer', [inFolder('private'), 'none'])
  for (const path of ['/api/log', '/api/past/sessions', '/api/past/table', '/api/past/history?name=data.csv'])
    expect([path, (await ask(eve, 'GET', path)).text]).not.toEqual([
      path,
      expect.stringMatching(/bbbb|private/),
    ])
  const receipt = await ask(eve, 'GET', '/api/runs/aaaa01')
  expect(receipt.json.used).toMatchObject([{ name: 'data.csv', by: null }])
  for (const path of ['/api/past/why/aaaa01', '/api/runs/aaaa01/around'])
    expect([path, (await ask(eve, 'GET', path)).text]).not.toEqual([
      path,
      expect.stringMatching(/bbbb01|private/),
    ])
  const around = await ask(eve, 'GET', '/api/runs/aaaa01/around')
  expect(around.json.nodes.map(({ run }: { readonly run: string }) => run)).toEqual(['aaaa01'])
  const script = await ask(eve, 'GET', '/api/past/slice/aaaa01?as=script')
  expect([script.status, script.text.includes(SECRET)]).toEqual([200, false])
  expect((await ask(eve, 'GET', '/api/past/diff?a=aaaa01&b=bbbb01')).status).toBe(404)
})

test('an object is read through what shows it, and through nothing else', async () => {
  const eve = person('viewer', [inFolder('private'), 'none'])
  const read = async (name: string) => (await ask(eve, 'GET', `/api/objects/${ids.get(name)}`)).status
  await ask(owner(), 'GET', '/api/runs/bbbb01')
  await ask(eve, 'GET', '/api/runs/aaaa01')
  expect([await read('shown'), await read('hidden')]).toEqual([200, 404])
  grants.put(eve.id, inFolder('public'), 'none', 'Ada')
  expect(await read('shown')).toBe(404)
})

test('a role is raised for a folder alone', async () => {
  const eve = person('viewer', [inFolder('public'), 'editor'])
  expect((await ask(eve, 'PUT', '/api/files/public/new.txt', 'text')).status).toBe(201)
  expect((await ask(eve, 'PUT', '/api/files/new.txt', 'text')).status).toBe(403)
  const opened = await ask(eve, 'POST', '/api/notebooks/open', { path: 'public/a.ipynb' })
  expect(opened.json).toMatchObject({ role: 'editor', writable: true })
})

test('a notebook keeps its grant when this or another program moves it', async () => {
  await writeFile(join(root, 'n.ipynb'), notebook('nnnnnn', `secret = "${SECRET}"\nprint(secret)`))
  const opened = await ask(owner(), 'POST', '/api/notebooks/open', { path: 'n.ipynb' })
  ids.set('n.ipynb', opened.json.documentId)
  const eve = person('editor', [ofNotebook('n.ipynb'), 'none'])
  await ask(owner(), 'POST', '/api/files', { type: 'move', from: 'n.ipynb', to: 'public/m.ipynb' })
  const paths = [
    '/api/files/public/m.ipynb?download',
    '/api/export/public/m.ipynb?format=py',
    '/api/contents/public/m.ipynb',
  ]
  for (const path of paths) expect([path, (await ask(eve, 'GET', path)).status]).toEqual([path, 404])
  expect((await ask(eve, 'GET', '/api/files/public')).text).not.toContain('m.ipynb')
  await rename(join(root, 'public/m.ipynb'), join(root, 'other.ipynb'))
  for (const path of paths.map((one) => one.replace('public/m', 'other')))
    expect([path, (await ask(eve, 'GET', path)).status]).toEqual([path, 404])
  expect(await readFile(join(root, 'other.ipynb'), 'utf8')).toContain(SECRET)
})

test('a folder keeps its grant when this server moves it', async () => {
  await mkdir(join(root, 'hidden'))
  await writeFile(join(root, 'hidden/x.txt'), SECRET)
  const eve = person('editor', [inFolder('hidden'), 'none'])
  await ask(owner(), 'POST', '/api/files', { type: 'move', from: 'hidden', to: 'public/hidden' })
  expect((await ask(eve, 'GET', '/api/files/public/hidden/x.txt?download')).status).toBe(404)
})

test('owners alone read and set access; the answer says where a role comes from', async () => {
  const eve = person('viewer')
  const boss = owner()
  const place = { kind: 'folder', path: 'public' }
  const change = { person: eve.id, place, role: 'runner' }
  expect((await ask(eve, 'PUT', '/api/access', change)).status).toBe(403)
  const lineOf = (answer: { json: { people: { person: string }[] } }, { id }: Person) =>
    answer.json.people.find((line) => line.person === id)
  expect(lineOf(await ask(boss, 'PUT', '/api/access', change), eve)).toMatchObject({
    role: 'runner',
    isHere: true,
  })
  const inside = await ask(boss, 'GET', '/api/access?kind=notebook&path=public/a.ipynb')
  expect(lineOf(inside, eve)).toMatchObject({
    role: 'runner',
    isHere: false,
    from: { kind: 'folder', path: 'public' },
  })
  expect((await ask(boss, 'PUT', '/api/access', { ...change, person: boss.id })).status).toBe(409)
  const undone = await ask(boss, 'PUT', '/api/access', { ...change, role: 'inherit' })
  expect(lineOf(undone, eve)).toMatchObject({ role: 'viewer', from: { kind: 'project' } })
})

test('an invitation to a notebook shows that notebook and nothing else', async () => {
  const made = await ask(owner(), 'POST', '/api/people/invitations', {
    role: 'commenter',
    on: { kind: 'notebook', path: 'public/a.ipynb' },
  })
  const list = await ask(owner(), 'GET', '/api/people')
  expect(list.json.invitations).toContainEqual(
    expect.objectContaining({
      id: made.json.invitation.id,
      place: { kind: 'notebook', path: 'public/a.ipynb', role: 'commenter' },
    }),
  )
  const invite = new URLSearchParams(made.json.path.split('?')[1]).get('invite') ?? ''
  const joined = await access.signIns.join(
    { secret: invite, name: 'Grace', password: 'correct horse battery' },
    { address: '', device: '' },
  )
  if (!joined.ok) throw new Error(joined.problem.kind)
  const grace = { id: '', cookie: access.setCookie(joined.cookie).split(';')[0] ?? '' }
  expect(namesOf(await ask(grace, 'GET', '/api/files'))).toEqual(['public'])
  expect(namesOf(await ask(grace, 'GET', '/api/files/public'))).toEqual(['a.ipynb'])
  const opened = await ask(grace, 'POST', '/api/notebooks/open', { path: 'public/a.ipynb' })
  expect(opened.json).toMatchObject({ role: 'commenter', writable: false })
})

test.each([
  ['a changed grant', async (eve: Person) => void grants.put(eve.id, inFolder('public'), 'none', 'Ada')],
  [
    'a move into a hidden folder',
    async () => {
      await ask(owner(), 'POST', '/api/files', {
        type: 'move',
        from: 'public/a.ipynb',
        to: 'private/a.ipynb',
      })
    },
  ],
])('%s closes open sockets within a second', async (_, change) => {
  const eve = person('editor', [inFolder('private'), 'none'])
  const id = ids.get('public/a.ipynb') ?? ''
  const { epoch } = (await ask(eve, 'POST', '/api/notebooks/open', { path: 'public/a.ipynb' })).json
  const open = (path: string) =>
    new WebSocket(`ws://${address()}${path}?epoch=${epoch}`, {
      headers: { cookie: eve.cookie, origin: `http://${address()}` },
    })
  const sockets = [open(`/api/rooms/${id}`), open(`/api/notebooks/${id}/session`)]
  await Promise.all(sockets.map((socket) => once(socket, 'message')))
  const closed = Promise.all(sockets.map((socket) => once(socket, 'close')))
  const before = performance.now()
  await change(eve)
  for (const [code] of await closed) expect(code).toBe(close.forbidden)
  expect(performance.now() - before).toBeLessThan(seconds(1))
  const again = open(`/api/rooms/${id}`)
  const [, response] = await once(again, 'unexpected-response')
  expect(response.statusCode).toBe(404)
})
