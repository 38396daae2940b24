/** Commands that pages send to a session. Input: one text frame. The notebook has no kernel and none can start. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { WebSocket, WebSocketServer } from 'ws'
import { Event } from '../../contract/session.ts'
import { takeSessionSocket } from '../../src/session/session-socket.ts'
import { noKernelSessions } from '../session/no-kernel-sessions.ts'
import { hostileJson } from './hostile-json.ts'

const cell = { cell_type: 'code', id: 'a', source: '1', metadata: {}, outputs: [], execution_count: 3 }
const notebook = JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 })
const types = [
  'run',
  'cancel',
  'interrupt',
  'restart',
  'start',
  'shutdown',
  'input',
  'complete',
  'inspect',
  'clear',
  'comm',
  'variables',
  'variable',
  'value',
  'computeValue',
  'widgets',
]
const command = fc.record(
  {
    id: fc.oneof(fc.string({ maxLength: 10 }), hostileJson),
    type: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...types) },
      { weight: 1, arbitrary: hostileJson },
    ),
    cells: fc.oneof(fc.array(fc.constantFrom('a', 'b', '__proto__')), hostileJson),
    after: fc.oneof(fc.record({ connection: fc.string(), sent: fc.constant(0) }), hostileJson),
    runs: fc.oneof(fc.array(fc.string()), hostileJson),
    run: fc.oneof(fc.string(), hostileJson),
    spec: fc.oneof(fc.constantFrom('none', '../x', 'constructor'), hostileJson),
    value: hostileJson,
    code: fc.oneof(fc.string(), hostileJson),
    cursor: fc.oneof(fc.nat(), fc.double(), hostileJson),
    of: fc.oneof(fc.record({ ask: fc.string(), name: fc.string(), path: hostileJson }), hostileJson),
    list: fc.oneof(fc.string(), hostileJson),
    since: fc.oneof(fc.nat(), hostileJson),
    name: fc.oneof(fc.string(), hostileJson),
    detail: fc.constantFrom(0, 1, 2),
    msgType: fc.constantFrom('comm_open', 'comm_msg', 'execute_request'),
    content: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), hostileJson),
    buffers: fc.oneof(fc.array(fc.base64String()), hostileJson),
    models: fc.oneof(fc.array(fc.constantFrom('a', '__proto__', 'constructor')), hostileJson),
    names: fc.oneof(fc.boolean(), hostileJson),
  },
  { requiredKeys: ['type'] },
)

/** The notebook of `openHouse`. */
export const writeNotebook = (root: string): Promise<void> => writeFile(join(root, 'a.ipynb'), notebook)

export const target = {
  inputs: fc
    .oneof(
      command.map((value) => JSON.stringify(value)),
      fc.string(),
    )
    .map((text) => Buffer.from(text)),
  open: async () => {
    const root = await mkdtemp(join(tmpdir(), 'yesterday-fuzz-'))
    await writeNotebook(root)
    const house = await openHouse(root)
    const take = takeSessionSocket(house.sessions)
    house.sockets.on('connection', (socket) =>
      take(socket, { documentId: house.id, person: ada, may: () => true }),
    )
    const port = await house.port()
    let page = await connected(port)
    return {
      feed: async (input: Uint8Array) => {
        const answer = await page.answerTo(Buffer.from(input).toString('utf8'))
        // The quota of one connection is for people.
        if (page.sent % 1000 === 0) page = await page.again(() => connected(port))
        return answer.type === 'refused' ? ('refused' as const) : ('accepted' as const)
      },
      state: () => house.logged(),
      close: async () => {
        page.socket.terminate()
        await house.close()
        await rm(root, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  },
}

const ada = { id: 'ada', name: 'Ada', color: '#000' }

/** The sessions of a folder with `a.ipynb`, in which no kernel can start, behind a socket server. */
export async function openHouse(root: string) {
  const held = await noKernelSessions(root)
  const { store, documents, sessions } = held
  const opened = await documents.open('a.ipynb')
  if (!opened.ok) throw new Error(opened.refusal.message)
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(sockets, 'listening')
  return {
    id: opened.document.id,
    sessions,
    sockets,
    port: async () => {
      const address = sockets.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      return address.port
    },
    /** The log's entries: no command without a kernel adds one. */
    logged: async () => {
      const types: string[] = []
      for await (const { entry } of store.runs.read()) types.push(entry.type)
      return types.join()
    },
    close: async () => {
      sockets.close()
      await held.close()
      await store.close()
    },
  }
}

/** A page that waits for the one answer to each of its commands. */
class Page {
  readonly socket: WebSocket
  sent = 0
  #waiting: ((event: Event) => void) | null = null

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      const event = Event.parse(JSON.parse(String(data)))
      if (!['accepted', 'refused', 'reply'].includes(event.type)) return
      if (this.#waiting === null) throw new Error('a command was answered twice')
      this.#waiting(event)
      this.#waiting = null
    })
  }

  answerTo(text: string): Promise<Event> {
    this.sent++
    return new Promise((resolve, reject) => {
      this.#waiting = resolve
      this.socket.once('close', (code, reason) => reject(new Error(`closed with ${code} ${reason}`)))
      this.socket.send(text)
    })
  }

  again(open: () => Promise<Page>): Promise<Page> {
    this.socket.removeAllListeners('close')
    this.socket.terminate()
    return open()
  }
}

export async function connected(port: number, path = ''): Promise<Page> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`)
  socket.setMaxListeners(0)
  const page = new Page(socket)
  await once(socket, 'open')
  return page
}
