/**
 * The audit log of a real server, by real requests of an owner and a member; which routes leave an entry, all of them from
 * the contract; and a graceful stop.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { AuditAction, AuditEntries } from '../../contract/audit.ts'
import { OpenedNotebook } from '../../contract/http.ts'
import { Machines } from '../../contract/machines.ts'
import { MadeInvitation } from '../../contract/people.ts'
import { MadePublicLink } from '../../contract/public-links.ts'
import type { RouteSpec } from '../../contract/route.ts'
import { apis } from '../../contract/routes.ts'
import { LogPage } from '../../contract/run.ts'
import { type Command, Event } from '../../contract/session.ts'
import { MadeToken } from '../../contract/tokens.ts'
import { seconds } from '../../setup/patience.js'
import { AUDITED_ROUTES } from '../../src/http/audited-routes.ts'
import { yesterday } from '../cli/program.ts'
import { makeProject, python, whySkipped } from '../session/house.ts'
import { type Server, startServer } from '../session/page.ts'

/** Routes whose handlers record themselves, by the name of the route. */
const RECORDING: Readonly<Record<string, AuditAction>> = {
  'People.signIn': 'signed-in',
  'People.providerLogout': 'signed-out',
  'People.join': 'invitation-used',
  'People.invite': 'invitation-made',
  'People.revokeInvitation': 'invitation-revoked',
  'People.changeRole': 'role-changed',
  'People.remove': 'member-removed',
  'People.leave': 'member-removed',
  'People.signOutDevice': 'signed-out',
  'People.signOutEverywhere': 'signed-out',
  'People.changePassword': 'password-changed',
  'The project.signOut': 'signed-out',
  'Passkeys.signIn': 'signed-in',
  'Passkeys.join': 'invitation-used',
  'Passkeys.add': 'passkey-added',
  'Passkeys.remove': 'passkey-removed',
  'Tokens of programs.make': 'token-made',
  'Tokens of programs.revokeOwn': 'token-revoked',
  'Tokens of programs.revoke': 'token-revoked',
  'Roles of folders and notebooks.changeAccess': 'access-changed',
  'Public links.make': 'public-link-made',
  'Public links.revoke': 'public-link-revoked',
  'Terminals.startTerminal': 'terminal-opened',
  'Terminals.endTerminal': 'terminal-closed',
}
const KERNELS = 'code that is sent to a kernel is recorded as a run'
const MACHINES = 'where kernels can run is a setting of the owner of this machine'
/** Routes that change something and leave no entry, and why. */
const UNRECORDED: Readonly<Record<string, string>> = {
  'Files and notebooks.writeAgain': 'writes the document to its own file',
  'Conflicts of merges.choose': 'an edit of the document; its end is recorded',
  'Conflicts of merges.cancel': 'nothing was resolved',
  'The past.makeCheckpoint': 'adds to the history, under the name of the person',
  'Replay.diff': 'reads',
  'Replay.plan': 'reads',
  'Replay.confirm': 'belongs to a job whose start is recorded',
  'Replay.stop': 'belongs to a job whose start is recorded',
  'Comments.openThread': 'comments have author and time, and are in the activity',
  'Comments.changeThread': 'comments have author and time, and are in the activity',
  'Comments.readThread': 'a mark of the person alone',
  'Notifications.setNotifications': 'a setting of the person alone',
  'The project.changeMe': 'name and colour of the person',
  'The project.writeHistoryAgain': 'the history records it itself',
  'Passkeys.signInOptions': 'nothing has happened yet',
  'Passkeys.joinOptions': 'nothing has happened yet',
  'Passkeys.addOptions': 'nothing has happened yet',
  'Settings.changeMySetting': 'a setting of the person alone',
  'Settings.changeProjectSetting': 'how pages look and behave',
  'Settings.discardMySettings': 'a setting of the person alone',
  'Settings.discardProjectSettings': 'how pages look and behave',
  'Format and lint.format': 'reads; what it answers is an edit of the page',
  'Format and lint.lint': 'reads',
  'Sweeps.stopSweep': 'belongs to a sweep whose start is recorded',
  'SQL connections.saveConnection': 'an address; queries are runs',
  'SQL connections.removeConnection': 'an address; queries are runs',
  ...Object.fromEntries(
    ['saveJupyterServer', 'testJupyterServer', 'removeJupyterServer'].map((name) => [
      `Jupyter servers.${name}`,
      MACHINES,
    ]),
  ),
  ...Object.fromEntries(
    ['saveSshHost', 'testSshHost', 'removeSshHost'].map((name) => [`Machines by SSH.${name}`, MACHINES]),
  ),
  ...Object.fromEntries(
    ['saveSlurm', 'testSlurm', 'removeSlurm'].map((name) => [`Slurm clusters.${name}`, MACHINES]),
  ),
  'Machines.stopKernel': 'the history has who ended the session',
  'Jupyter clients.startKernel': KERNELS,
  'Jupyter clients.shutdownKernel': KERNELS,
  'Jupyter clients.interruptKernel': KERNELS,
  'Jupyter clients.restartKernel': KERNELS,
  'Jupyter clients.startSession': KERNELS,
  'Jupyter clients.changeSession': KERNELS,
  'Jupyter clients.endSession': KERNELS,
  'Terminals.renameTerminal': 'a name',
  'Files of Jupyter clients.createCheckpoint': 'adds to the history, under the name of the person',
  'Files of Jupyter clients.deleteCheckpoint': 'refused; checkpoints stay',
  'Files of Jupyter clients.setConfigSection': 'a setting of the client',
  'Files of Jupyter clients.changeConfigSection': 'a setting of the client',
}
/** Actions that other tests bring about. */
const ELSEWHERE: readonly AuditAction[] = [
  ...(['passkey-added', 'passkey-removed'] as const), // test/people/passkeys.test.ts, test/http/provider-pages.test.ts
  ...(['terminal-opened', 'terminal-closed'] as const), // test/jupyter-api/terminals.test.ts
  'trusted', // e2e/journeys/trust.spec.ts
]

const named: readonly (readonly [string, RouteSpec])[] = Object.entries(apis).flatMap(([title, api]) =>
  Object.entries(api).map(([name, spec]) => [`${title}.${name}`, spec] as const),
)

test('each route that changes something leaves an entry, or there is a reason why not', () => {
  const changing = named.filter(([, { method }]) => method !== 'get')
  const without = changing.filter(([, spec]) => !AUDITED_ROUTES.has(spec)).map(([name]) => name)
  expect(without.toSorted()).toEqual([...Object.keys(RECORDING), ...Object.keys(UNRECORDED)].toSorted())
})

const PASSWORD = 'correct horse battery'
let root = ''
let server: Server
let grace = ''
const owner = { authorization: 'token a-token-for-tests' }
const json = { 'content-type': 'application/json' }

const send = (method: string, path: string, body?: unknown, who: Record<string, string> = owner) =>
  fetch(`${server.origin}${path}`, {
    method,
    headers: { ...who, origin: server.origin, ...(body === undefined ? {} : json) },
    redirect: 'manual',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
async function sent(...call: Parameters<typeof send>): Promise<unknown> {
  const answer = await send(...call)
  const text = await answer.text()
  expect([call[0], call[1], answer.status < 400, text]).toEqual([call[0], call[1], true, text])
  return text === '' ? null : JSON.parse(text)
}
const form = (path: string, fields: Record<string, string>) =>
  fetch(`${server.origin}${path}`, {
    ...{ method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' },
    headers: { origin: server.origin },
  })
const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';')[0] ?? ''
const asGrace = (): Record<string, string> => ({ cookie: grace })
const entries = async () => AuditEntries.parse(await sent('GET', '/api/audit?limit=500'))
const audited = async (action: AuditAction, about: object) =>
  expect(await entries(), action).toContainEqual(
    expect.objectContaining({ action, about: expect.objectContaining(about) }),
  )

async function join(): Promise<string> {
  const { path } = MadeInvitation.parse(await sent('POST', '/api/people/invitations', { role: 'editor' }))
  const invite = new URL(path, server.origin).searchParams.get('invite') ?? ''
  const joined = await form('/join', { invite, name: 'Grace', password: PASSWORD })
  grace = cookieOf(joined)
  const { actor } = z
    .object({ actor: z.object({ id: z.string() }) })
    .parse(await sent('GET', '/api/me', undefined, asGrace()))
  return actor.id
}

async function socketOf(path: string): Promise<WebSocket> {
  const headers = { ...asGrace(), origin: server.origin }
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}${path}`, { headers })
  await once(socket, 'open')
  return socket
}

/** Settles when the session has accepted the command. */
async function command(socket: WebSocket, body: Command): Promise<void> {
  const accepted = Promise.withResolvers<void>()
  socket.on('message', (data) => {
    const event = Event.parse(JSON.parse(String(data)))
    if (event.type === 'refused') accepted.reject(new Error(event.reason))
    if (event.type === 'accepted' && event.id === body.id) accepted.resolve()
  })
  socket.send(JSON.stringify(body))
  await accepted.promise
}

/** Sign-ins, failures, invitations, roles and tokens. */
async function people(): Promise<void> {
  expect((await form('/sign-in', { name: 'Grace', password: 'wrong' })).status).toBe(401)
  await audited('sign-in-failed', {})
  const person = await join()
  await audited('invitation-made', { role: 'editor' })
  await audited('invitation-used', {})
  grace = cookieOf(await form('/sign-in', { name: 'Grace', password: PASSWORD }))
  await audited('signed-in', {})
  await sent('PATCH', `/api/people/members/${person}`, { role: 'runner' })
  await audited('role-changed', { role: 'runner' })
  const place = { kind: 'notebook', path: 'a.ipynb' }
  for (const body of [
    { person, place, role: 'viewer' },
    { person, place, role: 'inherit' },
  ])
    await sent('PUT', '/api/access', body)
  await audited('access-changed', { role: 'viewer' })
  const made = MadeInvitation.parse(await sent('POST', '/api/people/invitations', { role: 'viewer' }))
  await sent('DELETE', `/api/people/invitations/${made.invitation.id}`)
  await audited('invitation-revoked', {})
  const token = MadeToken.parse(
    await sent('POST', '/api/me/tokens', { name: 'lab', scope: 'read', days: 1 }, asGrace()),
  )
  await sent('DELETE', `/api/me/tokens/${token.token.id}`, undefined, asGrace())
  await audited('token-made', {})
  await audited('token-revoked', {})
  const change = { current: PASSWORD, password: `${PASSWORD} 2` }
  await sent('PUT', '/api/me/password', change, asGrace())
  await audited('password-changed', {})
}

/** What is opened, run, shared, restored, exported and deleted; a kernel has the one who started it. */
async function work(): Promise<void> {
  const answer = await sent('POST', '/api/notebooks/open', { path: 'a.ipynb' }, asGrace())
  const { documentId } = OpenedNotebook.parse(answer)
  await audited('notebook-opened', { notebook: 'a.ipynb' })
  const socket = await socketOf(`/api/notebooks/${documentId}/session`)
  await command(socket, { id: '1', type: 'run', cells: ['a'] })
  await audited('run', { notebook: 'a.ipynb', cells: '1' })
  await command(socket, { id: '2', type: 'restart', run: ['a', 'b'] })
  await audited('run', { notebook: 'a.ipynb', cells: '2' })
  socket.terminate()
  await vi.waitFor(async () => {
    const { kernels } = Machines.parse(await sent('GET', '/api/machines'))
    expect(kernels).toMatchObject([{ path: 'a.ipynb', startedBy: { name: 'Grace' } }])
  }, seconds(30))

  const what = { kind: 'notebook', notebook: 'a.ipynb' }
  const { link } = MadePublicLink.parse(await sent('POST', '/api/public-links', { what }))
  await audited('public-link-made', {})
  await sent('DELETE', `/api/public-links/${link.id}`)
  await audited('public-link-revoked', {})
  const { checkpoint } = z
    .object({ checkpoint: z.string() })
    .parse(await sent('POST', '/api/past/checkpoints', { notebook: 'a.ipynb', name: 'then' }, asGrace()))
  await sent('POST', `/api/past/checkpoints/${checkpoint}/restore`, { notebook: 'a.ipynb' }, asGrace())
  await audited('restored', { notebook: 'a.ipynb', checkpoint })
  for (const path of ['/api/export/a.ipynb?format=html', '/api/files/a.ipynb?download=1', '/files/a.ipynb'])
    expect((await send('GET', path, undefined, asGrace())).status).toBe(200)
  await audited('exported', { path: 'a.ipynb', format: 'html' })
  await audited('exported', { path: 'a.ipynb', format: 'file' })
  await sent('POST', '/api/files', { type: 'copy', from: 'a.ipynb', to: 'b.ipynb' }, asGrace())
  await sent('POST', '/api/files', { type: 'trash', path: 'b.ipynb' }, asGrace())
  await audited('file-changed', { path: 'a.ipynb', to: 'b.ipynb' })
  await audited('file-deleted', { path: 'b.ipynb' })
}

/** SIGTERM closes sockets with 1001, keeps what was recorded, and ends with status 0. */
async function stopped(): Promise<void> {
  const { documentId, epoch } = OpenedNotebook.parse(
    await sent('POST', '/api/notebooks/open', { path: 'a.ipynb' }, asGrace()),
  )
  const sockets = await Promise.all(
    [`/api/rooms/${documentId}?epoch=${epoch}`, `/api/notebooks/${documentId}/session`].map(socketOf),
  )
  const runs = async () =>
    LogPage.parse(await sent('GET', '/api/log?notebook=a.ipynb')).runs.map(
      ({ outcome, actor }) => `${actor.name} ${outcome}`,
    )
  await vi.waitFor(async () => expect(await runs()).toHaveLength(3), seconds(30))
  const before = await runs()
  const closed = sockets.map((socket) => once(socket, 'close'))
  const status = server.stop()
  const codes = (await Promise.all(closed)).map(([code]) => code)
  expect([codes, await status]).toEqual([[1001, 1001], 0])
  const { out } = await yesterday(root, 'log', '--json', 'a.ipynb')
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => `Grace ${JSON.parse(line).outcome}`),
  ).toEqual(before)
}

/** After a restart: sign-out and removal. All actions have been seen. */
async function leaving(): Promise<void> {
  server = await startServer(root)
  expect((await send('POST', '/api/sign-out', undefined, asGrace())).status).toBeLessThan(400)
  await audited('signed-out', {})
  const { members } = z
    .object({ members: z.array(z.object({ id: z.string(), name: z.string() })) })
    .parse(await sent('GET', '/api/people'))
  const person = members.find(({ name }) => name === 'Grace')?.id
  await sent('DELETE', `/api/people/members/${person}`)
  await audited('member-removed', {})
  const seen = new Set((await entries()).map(({ action }) => action))
  expect(AuditAction.options.filter((action) => !seen.has(action)).toSorted()).toEqual(ELSEWHERE.toSorted())
  expect((await yesterday(root, 'audit', '--verify')).out).toContain('none was changed or removed')
}

describe.skipIf(python === null)(`a real server${whySkipped}`, () => {
  beforeEach(async () => {
    root = await makeProject({ a: 'print(6 * 7)', b: 'print("b")' })
    server = await startServer(root)
  })
  afterEach(async () => {
    await server?.stop()
    await yesterday(root, 'kernels', '--stop', '--all')
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  test('real requests leave their entries, and a graceful stop loses nothing', async () => {
    await people()
    await work()
    await stopped()
    await leaving()
  })
})
