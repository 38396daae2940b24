/** Terminals of a real server: by JupyterLab's client, by the page's messages, and after the server was killed. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PageConfig } from '@jupyterlab/coreutils'
import { TerminalManager } from '@jupyterlab/services'
import { identifyProcess } from '@yesterday/kernel-bridge/process-identity'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { AuditEntries } from '../../contract/audit.ts'
import { Terminal } from '../../contract/terminals.ts'
import { seconds } from '../../setup/patience.js'
import { type Server, startServer } from '../session/page.ts'
import { connect, TOKEN } from './client.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')
const yesterday = async (...words: string[]): Promise<string> =>
  (await promisify(execFile)(process.execPath, [program, ...words])).stdout
const Issued = z.object({ token: z.string() })

let root = ''
let server: Server
let client: ReturnType<typeof connect>
let manager: TerminalManager
const ask = (path: string, method = 'GET', body?: object) =>
  fetch(`${server.origin}${path}`, {
    method,
    headers: { authorization: `token ${TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const terminal = async (body: object = {}): Promise<Terminal> =>
  Terminal.parse(await (await ask('/api/terminals', 'POST', body)).json())
const within = { timeout: seconds(10) }

/** A socket of a terminal, with what came by it. */
function watch(name: string, query = '', token = TOKEN) {
  const socket = new WebSocket(
    `${server.origin.replace('http', 'ws')}/terminals/websocket/${name}?token=${token}${query}`,
  )
  const seen = { text: '', code: 0, ended: null as unknown }
  socket.on('message', (data) => {
    const [type, value, code] = z.array(z.unknown()).parse(JSON.parse(String(data)))
    if (type === 'stdout') seen.text += String(value)
    if (type === 'disconnect') seen.ended = code
  })
  socket.on('close', (code) => {
    seen.code = code
  })
  socket.on('error', () => undefined)
  return { socket, seen, send: (...message: unknown[]) => socket.send(JSON.stringify(message)) }
}

describe.skipIf(process.platform === 'win32')('terminals of a server', () => {
  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'yesterday-terminals-')))
    await mkdir(join(root, 'sub'))
    server = await startServer(root)
    client = connect(server.origin)
    PageConfig.setOption('terminalsAvailable', 'true')
    manager = new TerminalManager({ serverSettings: client.serverSettings })
  })
  afterAll(async () => {
    manager?.dispose()
    client?.dispose()
    await server?.stop()
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })

  test('JupyterLab’s client opens, uses, lists and ends them', async () => {
    const session = await manager.startNew({ cwd: 'sub' })
    let text = ''
    session.messageReceived.connect((_, message) => {
      if (message.type === 'stdout') text += String(message.content?.[0])
    })
    session.send({ type: 'set_size', content: [30, 100, 400, 600] })
    session.send({ type: 'stdin', content: ['echo $PWD; stty size\r'] })
    await vi.waitFor(() => expect(text).toMatch(/\/sub\r\n30 100\r\n/), within)
    await manager.refreshRunning()
    expect([...manager.running()].map(({ name }) => name)).toEqual([session.name])
    await session.shutdown()
    await manager.refreshRunning()
    expect([...manager.running()]).toEqual([])
    session.dispose()
  })

  test('titles, names, and what is refused', async () => {
    const made = await terminal({ title: ' training ' })
    expect(made).toMatchObject({ title: 'training', running: [], by: { name: 'Program' } })
    expect((await terminal({ name: made.name })).title).toBe('training')
    const renamed = await ask(`/api/terminals/${made.name}`, 'PATCH', { title: 'logs' })
    expect(await renamed.json()).toMatchObject({ name: made.name, title: 'logs' })
    for (const title of ['', ' ', 'a\nb', 'x\u202ey', 'x'.repeat(81)])
      expect((await ask(`/api/terminals/${made.name}`, 'PATCH', { title })).status).toBe(400)
    for (const name of ['..', '../x', 'a b', ''])
      expect((await ask('/api/terminals', 'POST', { name, cwd: '../..' })).status).toBe(
        name === '' ? 400 : 400,
      )
    expect((await ask('/api/terminals/none', 'DELETE')).status).toBe(404)
    const { socket, seen, send } = watch(made.name, '&acks=1')
    await once(socket, 'open')
    send('stdin', 'sleep 100\r')
    await vi.waitFor(
      async () =>
        expect(Terminal.parse(await (await ask(`/api/terminals/${made.name}`)).json()).running).toContain(
          'sleep',
        ),
      within,
    )
    send('ack', 1)
    send('run', 'x')
    await vi.waitFor(() => expect(seen.code).toBe(1007), within)
    expect((await ask(`/api/terminals/${made.name}`, 'DELETE')).status).toBe(204)
    const audit = AuditEntries.parse(await (await ask('/api/audit')).json())
    const about = audit
      .filter(({ action }) => action.startsWith('terminal-'))
      .map(({ action, about }) => [action, about.title])
    expect(about.slice(0, 2)).toEqual([
      ['terminal-closed', 'logs'],
      ['terminal-opened', 'training'],
    ])
  })

  test('a token that is revoked closes its sockets and its terminals within a second', async () => {
    const { token } = Issued.parse(JSON.parse(await yesterday('token', 'shell', '--root', root, '--json')))
    const answer = await fetch(`${server.origin}/api/terminals`, {
      method: 'POST',
      headers: { authorization: `token ${token}` },
    })
    const { name } = Terminal.parse(await answer.json())
    const mine = watch(name, '', token)
    await once(mine.socket, 'open')
    await yesterday('token', 'shell', '--root', root, '--revoke')
    await vi.waitFor(() => expect(mine.seen.code).toBe(4403), within)
    await vi.waitFor(async () => expect((await ask(`/api/terminals/${name}`)).status).toBe(404), within)
    const reader = Issued.parse(
      JSON.parse(await yesterday('token', 'eyes', '--root', root, '--scope', 'read', '--json')),
    )
    const refused = await fetch(`${server.origin}/api/terminals`, {
      headers: { authorization: `token ${reader.token}` },
    })
    expect(refused.status).toBe(403)
  })

  test.runIf(process.platform === 'linux')(
    'a server that was killed leaves no program: the next one ends it',
    async () => {
      const { name } = await terminal()
      const { socket, send } = watch(name)
      await once(socket, 'open')
      // It ignores the hangup that comes with the end of the terminal.
      send('stdin', 'sh -c \'trap "" HUP; echo $$ > pid; while :; do sleep 0.2; done\'\r')
      const pid = await vi.waitFor(
        async () =>
          z.coerce
            .number()
            .positive()
            .parse(await readFile(join(root, 'pid'), 'utf8')),
        within,
      )
      await server.kill()
      expect(identifyProcess(pid)).not.toBeNull()
      server = await startServer(root)
      await vi.waitFor(() => expect(identifyProcess(pid)).toBeNull(), within)
      const again = watch(name)
      await once(again.socket, 'close').catch(() => undefined)
      expect(await (await ask('/api/terminals')).json()).toEqual([])
    },
  )
})
