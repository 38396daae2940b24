import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { cellSource, findCell } from '../../contract/document.ts'
import { mayActAs, type Role } from '../../contract/route.ts'
import { Event } from '../../contract/session.ts'
import { close } from '../../contract/sync.ts'
import { takeSessionSocket } from '../../src/session/session-socket.ts'
import { type House, makeProject, openHouse, outputsOf, python, raze, whySkipped } from './house.ts'

let house: House | null = null
let server: WebSocketServer | null = null
let take: ReturnType<typeof takeSessionSocket> | null = null
afterEach(async () => {
  take = null
  for (const client of server?.clients ?? []) client.terminate()
  server?.close()
  server = null
  if (house !== null) await raze(house)
  house = null
})

type Of<T extends Event['type']> = Extract<Event, { type: T }>

/** A client of a document's session socket that keeps all events. */
async function connect(of: House, documentId: string, role: Role = 'owner') {
  if (server === null) {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(server, 'listening')
  }
  take ??= takeSessionSocket(of.sessions)
  const current = take
  server.removeAllListeners('connection')
  server.on('connection', (socket) =>
    current(socket, {
      documentId,
      person: { id: 'ada', name: 'Ada', color: '#000' },
      may: (required) => mayActAs(role, required),
    }),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}`)
  const events: Event[] = []
  const looks = new Set<() => void>()
  socket.on('message', (data) => {
    events.push(Event.parse(JSON.parse(String(data))))
    for (const look of [...looks]) look()
  })
  const until = <T extends Event['type']>(type: T, passes: (event: Of<T>) => boolean): Promise<Of<T>> =>
    new Promise((resolve) => {
      const isIt = (event: Event): event is Of<T> => event.type === type
      const look = (): void => {
        const found = events.filter(isIt).find(passes)
        if (found === undefined) return
        looks.delete(look)
        resolve(found)
      }
      looks.add(look)
      look()
    })
  const send = (command: object | string): void =>
    socket.send(typeof command === 'string' ? command : JSON.stringify(command))
  return { socket, events, until, send }
}

async function opened(cells: Readonly<Record<string, string>>) {
  const made = await openHouse(await makeProject(cells))
  house = made
  return { house: made, ...(await made.open()) }
}

const widget = `
from comm import create_comm
heard = []
def on_open(comm, message):
    comm.send({"echo": message["content"]["data"]}, buffers=[bytes(message["buffers"][0])[::-1]])
get_ipython().kernel.comm_manager.register_target("mirror", on_open)
`

describe.skipIf(python === null)(`the session socket${whySkipped}`, () => {
  test('a run is accepted when its queue entry is durable, and recorded when its end is', async () => {
    const { house, id, doc } = await opened({ a: '6 * 7' })
    const one = await connect(house, id)
    const first = await one.until('session', () => true)
    expect(one.events[0]).toBe(first)
    expect(first.view.kernel.state).toBe('none')
    const other = await connect(house, id)
    one.send({ id: 'r', type: 'run', cells: ['a'] })
    await one.until('accepted', (event) => event.id === 'r')
    const queued: string[] = []
    for await (const { entry } of house.store.runs.read())
      if (entry.type === 'run-queued') queued.push(entry.run)
    expect(queued).toHaveLength(1)
    const recorded = await other.until('recorded', () => true)
    expect(recorded).toMatchObject({ run: queued[0], cell: 'a', outcome: 'ok', actor: { name: 'Ada' } })
    expect(await house.store.index.receipt(recorded.run)).toMatchObject({ outcome: 'ok' })
    expect(outputsOf(doc, 'a')).toMatchObject([{ data: { 'text/plain': '42' } }])
    await other.until('session', ({ view }) => view.kernel.state === 'idle' && view.running === null)
    expect(other.events.some(({ type }) => type === 'accepted')).toBe(false)
  })

  test('what runs is what was written before, though edits come by another socket', async () => {
    const { house, id, doc } = await opened({ a: "'before'" })
    const visit = await house.sessions.visit(id)
    const one = await connect(house, id)
    await one.until('session', () => true)
    one.send({ id: 'r', type: 'run', cells: ['a'], after: { connection: 'page', sent: 1 } })
    one.send({ id: 'start', type: 'start' })
    await one.until('accepted', (event) => event.id === 'start')
    const found = findCell(doc, 'a')
    if (found !== null) cellSource(found.cell).insert(1, 'edited, not ')
    visit?.document.arrivals.arrived('page', 1)
    await one.until('recorded', () => true)
    expect(outputsOf(doc, 'a')).toMatchObject([{ data: { 'text/plain': "'edited, not before'" } }])
    visit?.leave()
  })

  test('what cannot be read or is not allowed is refused and changes nothing', async () => {
    const { house, id, session } = await opened({ a: '1' })
    const reader = await connect(house, id, 'viewer')
    await reader.until('session', () => true)
    reader.send('{')
    reader.send({ id: 'x', type: 'dance' })
    reader.send({ id: 'w', type: 'run', cells: ['a'] })
    reader.send({ id: 'c', type: 'complete', code: 'pri', cursor: 3 })
    await reader.until('refused', (event) => event.id === '')
    await reader.until('refused', (event) => event.id === 'x')
    expect(await reader.until('refused', (event) => event.id === 'w')).toMatchObject({
      reason: expect.stringMatching(/role/),
    })
    await reader.until('refused', (event) => event.id === 'c' && /role/.test(event.reason))
    expect(session.view().kernel.state).toBe('none')
  })

  test('comm messages pass both ways with their buffers', async () => {
    const { house, id } = await opened({ a: widget })
    const client = await connect(house, id)
    await client.until('session', () => true)
    client.send({ id: 'r', type: 'run', cells: ['a'] })
    await client.until('recorded', ({ outcome }) => outcome === 'ok')
    client.send({
      id: 'm',
      type: 'comm',
      msgType: 'comm_open',
      content: { comm_id: 'c1', target_name: 'mirror', data: { n: 1 } },
      buffers: [Buffer.from([1, 2, 3]).toString('base64')],
    })
    await client.until('accepted', (event) => event.id === 'm')
    const said = await client.until('comm', ({ msgType }) => msgType === 'comm_msg')
    expect(said.content).toMatchObject({ comm_id: 'c1', data: { echo: { n: 1 } } })
    expect(said.buffers.map((buffer) => [...Buffer.from(buffer, 'base64')])).toEqual([[3, 2, 1]])
    const message = { type: 'comm', msgType: 'comm_msg' } as const
    client.send({ id: 'known', ...message, content: { comm_id: 'c1', data: {} }, ack: 'mine' })
    await client.until('commHandled', ({ ack }) => ack === 'mine')
    client.send({ id: 'unknown', ...message, content: { comm_id: 'c2', data: {} } })
    const refused = await client.until('refused', (event) => event.id === 'unknown')
    expect(refused.reason).toMatch(/earlier kernel/)
  })

  test('a kernel that does not start refuses the run and says why', async () => {
    const { house, id } = await opened({ a: '1' })
    const client = await connect(house, id)
    await client.until('session', () => true)
    client.send({ id: 's', type: 'start', spec: 'nope' })
    await client.until('session', ({ view }) => view.kernel.problem?.includes('nope') ?? false)
    client.send({ id: 'r', type: 'run', cells: ['a'] })
    const refused = await client.until('refused', (event) => event.id === 'r')
    expect(refused.reason).toMatch(/dead/)
  })

  test('a client that does not read is disconnected with bounded memory, and gets a notice when it is back', async () => {
    const { house, id, session } = await opened({ a: '1' })
    const slow = await connect(house, id)
    await slow.until('session', () => true)
    slow.socket.pause()
    const [ours] = [...(server?.clients ?? [])]
    const buffers = ['A'.repeat(300_000)]
    let waiting = 0
    for (let n = 0; n < 1000 && ours?.readyState === WebSocket.OPEN; n++) {
      session.events.emit('event', {
        type: 'comm',
        msgType: 'comm_msg',
        content: { n },
        metadata: {},
        buffers,
      })
      waiting = Math.max(waiting, ours.bufferedAmount)
      await new Promise(setImmediate)
    }
    expect(ours?.readyState).not.toBe(WebSocket.OPEN)
    expect(waiting).toBeLessThan(2 * 1024 * 1024)
    const back = await connect(house, id)
    expect((await back.until('notice', () => true)).text).toMatch(/read too slowly/)
  })

  test('a client that floods the session with commands gets a notice and is disconnected', async () => {
    const { house, id } = await opened({ a: '1' })
    const flood = await connect(house, id)
    await flood.until('session', () => true)
    const closed = once(flood.socket, 'close')
    for (let n = 0; n < 20_000; n++) flood.send({ id: `${n}`, type: 'interrupt' })
    const [code, reason] = await closed
    expect([code, String(reason)]).toEqual([close.tooMuch, expect.stringMatching(/faster/)])
  })

  test('a document that is not there any more closes the socket as gone', async () => {
    const { house } = await opened({ a: '1' })
    const client = await connect(house, 'no-such-document')
    const [code] = await once(client.socket, 'close')
    expect(code).toBe(close.gone)
  })
})
