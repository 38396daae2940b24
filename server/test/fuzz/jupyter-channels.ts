/**
 * Frames of Jupyter clients, in both framings. Input: a byte whose bits choose the framing, the kind of the WebSocket
 * frame and the kernel, then the frame. One kernel repeats what it is sent; the other is that of a notebook where none
 * can start. Invariant: a frame is refused and ends its connection, or the next message on it is answered.
 */
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JsonObject, type Kernel, type Message, messageIdOf } from '@yesterday/kernel-bridge'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { channelsRoute } from '../../src/jupyter-api/channels-socket.ts'
import { Clients } from '../../src/jupyter-api/clients.ts'
import { encodeFrame, type Framing, V1 } from '../../src/jupyter-api/framing.ts'
import type { HostedKernel } from '../../src/jupyter-api/hosted-kernel.ts'
import { ownMessage, type Received, Sent } from '../../src/jupyter-api/message.ts'
import { NotebookKernel } from '../../src/jupyter-api/notebook-kernel.ts'
import { Relay } from '../../src/jupyter-api/relay.ts'
import { hostileJson } from './hostile-json.ts'
import { serveSockets } from './serve-sockets.ts'
import { openHouse, writeNotebook } from './session-commands.ts'

const V1_FRAMING = 1
const BINARY = 2
const NOTEBOOK = 4
/** RFC 6455: unreadable data; 1006 where the connection ended without a close frame. */
const REFUSALS: readonly number[] = [1006, 1007]
const person = { id: 'ada', name: 'Ada', color: '#000' }

const object = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true })
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 15, arbitrary }, { weight: 1, arbitrary: hostileJson })
const types = [
  ...['execute_request', 'input_reply', 'comm_msg', 'shutdown_request', 'list_subshell_request'],
  ...['yesterday_x', '__proto__'],
]
const header = fc.record(
  {
    msg_id: mostly(fc.string({ minLength: 1 })),
    msg_type: mostly(fc.constantFrom(...types)),
    session: mostly(fc.string()),
    date: mostly(fc.oneof(fc.double(), fc.string())),
    subshell_id: mostly(fc.option(fc.string())),
  },
  { requiredKeys: ['msg_id', 'msg_type'] },
)
const code = fc.record(
  {
    code: mostly(fc.string()),
    silent: mostly(fc.boolean()),
    allow_stdin: mostly(fc.boolean()),
    user_expressions: mostly(object),
  },
  { requiredKeys: ['code'] },
)
const message = fc.record({
  channel: mostly(fc.constantFrom('shell', 'control', 'stdin', 'iopub', '__proto__')),
  header,
  parent_header: mostly(fc.oneof(header, object)),
  metadata: mostly(fc.oneof(fc.record({ cellId: mostly(fc.constant('a')) }), object)),
  content: mostly(fc.oneof(code, object)),
})
const buffers = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 })
/** Text; with buffers; `V1`, which has no text frames. */
const framings = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0, BINARY, V1_FRAMING | BINARY) },
  { weight: 1, arbitrary: fc.constant(V1_FRAMING) },
)

const inputs = fc
  .tuple(framings, fc.constantFrom(0, NOTEBOOK), message, buffers)
  .map(([framing, kernel, parts, extra]) =>
    Buffer.concat([Buffer.of(framing | kernel), frameOf(framing, parts, extra)]),
  )

/** As a client encodes it, also where it is no message. */
function frameOf(kind: number, parts: Readonly<Record<string, unknown>>, extra: Uint8Array[]): Uint8Array {
  if ((kind & V1_FRAMING) === 0 && (kind & BINARY) === 0) return Buffer.from(JSON.stringify(parts))
  const { channel, ...rest } = parts
  const json = Object.values(rest).map((part) => Buffer.from(JSON.stringify(part)))
  if ((kind & V1_FRAMING) === 0) return withOffsets([Buffer.from(JSON.stringify(parts)), ...extra], 4)
  const named = typeof channel === 'string' ? channel : JSON.stringify(channel)
  return withOffsets([Buffer.from(named), ...json, ...extra], 8)
}

/** `width` 8: little-endian, with the end as the last offset. 4: big-endian. */
function withOffsets(pieces: readonly Uint8Array[], width: 4 | 8): Uint8Array {
  const count = width === 8 ? pieces.length + 1 : pieces.length
  const head = Buffer.alloc(width * (count + 1))
  const write = (value: number, at: number): void => {
    if (width === 8) head.writeBigUInt64LE(BigInt(value), width * at)
    else head.writeUInt32BE(value, width * at)
  }
  write(count, 0)
  let offset = head.length
  for (let index = 0; index < count; index++) {
    write(offset, index + 1)
    offset += pieces[index]?.length ?? 0
  }
  return Buffer.concat([head, ...pieces])
}

export const target = {
  inputs,
  open: async () => {
    const root = await mkdtemp(join(tmpdir(), 'yesterday-fuzz-'))
    await writeNotebook(root)
    const house = await openHouse(root)
    const visit = await house.sessions.visit(house.id)
    if (visit === null) throw new Error('the notebook is gone')
    const [echo, notebook] = [new Echo(), new NotebookKernel(visit, () => undefined)]
    const get = async (id: string): Promise<HostedKernel> => (id === 'echo' ? echo : notebook)
    const server = await serve(channelsRoute({ has: () => true, get }, () => undefined))
    const clients = new Map<number, Client>()
    return {
      feed: async (input: Uint8Array) => {
        const kind = (input[0] ?? 0) & (V1_FRAMING | BINARY | NOTEBOOK)
        const client = await clientOf(clients, kind & ~BINARY, server.port)
        const isRead = await client.feed(input.subarray(1), (kind & BINARY) !== 0)
        if (!isRead) clients.delete(kind & ~BINARY)
        return isRead ? ('accepted' as const) : ('refused' as const)
      },
      state: async () => `${echo.received} ${await house.logged()}`,
      close: async () => {
        for (const client of clients.values()) client.socket.terminate()
        await server.close()
        notebook.leave()
        await house.close()
        await rm(root, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  },
}

/** A kernel that publishes what it is sent, and sends it back as the reply. */
class Echo implements HostedKernel {
  readonly id = 'echo'
  readonly name = 'echo'
  readonly path = 'echo'
  readonly state = 'idle'
  readonly lastActivity = new Date()
  readonly owner = 'client'
  readonly clients = new Clients()
  received = 0
  #listener: (message: Message) => void = () => undefined
  readonly #relay = new Relay(this.clients, () => false)

  constructor() {
    this.#relay.attach({
      on: (_, listener) => {
        this.#listener = listener
        return () => undefined
      },
      send: (sent) => this.#send(sent),
    })
  }

  receive(client: string, message: Received): void {
    this.received++
    this.#relay.pass(client, message)
  }

  /** After it was JSON, as on a kernel's wire. */
  #send({ header, metadata, content, buffers }: Parameters<Kernel['send']>[0]): string {
    const said: { header: Message['header']; metadata: JsonObject; content: JsonObject } = JSON.parse(
      JSON.stringify({ header, metadata, content }),
    )
    for (const channel of ['iopub', 'shell'] as const)
      setImmediate(() =>
        this.#listener({ ...said, channel, parent: said.header, buffers: [...(buffers ?? [])] }),
      )
    return said.header.msg_id
  }

  async interrupt(): Promise<void> {}
  async restart(): Promise<void> {}
  async shutdown(): Promise<void> {}
}

const serve = (route: ReturnType<typeof channelsRoute>) =>
  serveSockets(
    (socket, url) =>
      route.take(socket, { documentId: url.slice(1), query: new URLSearchParams(), person, may: () => true }),
    { handleProtocols: (offered) => (offered.has(V1) ? V1 : false) },
  )

/** The quota of one connection is for people. */
const MOST_INPUTS = 5000

async function clientOf(clients: Map<number, Client>, kind: number, port: number): Promise<Client> {
  const known = clients.get(kind)
  if (known !== undefined && known.fed < MOST_INPUTS) return known
  known?.socket.terminate()
  const framing = (kind & V1_FRAMING) === 0 ? '' : V1
  const path = (kind & NOTEBOOK) === 0 ? 'echo' : 'notebook'
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${path}`, framing === '' ? [] : [framing])
  const client = new Client(socket, framing)
  await once(socket, 'open')
  clients.set(kind, client)
  return client
}

class Client {
  readonly socket: WebSocket
  readonly #framing: Framing
  fed = 0

  constructor(socket: WebSocket, framing: Framing) {
    this.socket = socket
    this.#framing = framing
    socket.setMaxListeners(0)
    socket.on('error', () => undefined)
  }

  /** True if a message that follows the frame is answered, false if the connection ends with a refusal. */
  async feed(frame: Uint8Array, isBinary: boolean): Promise<boolean> {
    const id = `next-${this.fed++}-${messageIdOf(String(process.pid))}`
    const next = ownMessage('shell', 'execute_request', { code: 'next' })
    const sent = new Sent({ ...next, header: { ...next.header, msg_id: id } })
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const onMessage = (data: Buffer): void => {
      if (data.includes(id)) resolve(true)
    }
    const onClose = (code: number, reason: Buffer): void => {
      if (REFUSALS.includes(code)) resolve(false)
      else reject(new Error(`closed with ${code} ${reason}`))
    }
    this.socket.on('message', onMessage)
    this.socket.on('close', onClose)
    this.socket.send(frame, { binary: isBinary })
    this.socket.send(encodeFrame(this.#framing, sent))
    return promise.finally(() => {
      this.socket.off('message', onMessage)
      this.socket.off('close', onClose)
    })
  }
}
