/**
 * What clients of terminals send. Input: a byte whose bits choose the kind of the WebSocket frame and `acks`, then the
 * frame. The terminal's program repeats what is typed, and runs nothing. Invariant: a frame is refused, types nothing and
 * ends its connection, or what is typed after it comes back.
 */
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { TerminalOutput } from '../../contract/terminals.ts'
import { terminalRoute } from '../../src/jupyter-api/terminal-socket.ts'
import { openPty } from '../../src/terminals/pty.ts'
import { TerminalRecords } from '../../src/terminals/terminal-records.ts'
import { Terminals } from '../../src/terminals/terminals.ts'
import { hostileJson } from './hostile-json.ts'
import { serveSockets } from './serve-sockets.ts'

const BINARY = 1
const ACKS = 2
/** RFC 6455: unreadable data; 1006 where the connection ended without a close frame. */
const REFUSALS: readonly number[] = [1006, 1007]
const person = { id: 'ada', name: 'Ada', color: '#000' }
/** Control characters are typed as they are: none of them ends the program. */
const PROGRAM = '#!/bin/sh\nstty raw -echo\necho ready\nexec cat\n'

const typed = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\x03\x04\x1a\x11\x13\x1c', '\x1b[6n\x1b]52;c;?\x07', '\x1bc', '\ud800', '\0'),
)
const mostly = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: hostileJson })
const size = fc.oneof(fc.nat(1100), fc.constantFrom(-1, 1.5, 2 ** 31, 1e308))
const message = fc.oneof(
  fc.tuple(fc.constant('stdin'), mostly(typed)),
  fc.tuple(fc.constant('set_size'), mostly(size), mostly(size), hostileJson),
  fc.tuple(fc.constant('ack'), mostly(fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)))),
  fc.tuple(fc.constantFrom('setup', 'disconnect', 'stdout', '__proto__'), hostileJson),
  hostileJson,
)
const kinds = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(0, ACKS) },
  { weight: 1, arbitrary: fc.constantFrom(BINARY, BINARY | ACKS) },
)

export const target = {
  inputs: fc
    .tuple(kinds, message)
    .map(([kind, sent]) => Buffer.concat([Buffer.of(kind), Buffer.from(JSON.stringify(sent))])),
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'yesterday-fuzz-'))
    const program = join(folder, 'program')
    await writeFile(program, PROGRAM)
    await chmod(program, 0o700)
    let typedCount = 0
    const terminals = new Terminals({
      records: new TerminalRecords(join(folder, 'records'), { sign: () => '', verify: () => true }),
      env: { PATH: process.env.PATH, SHELL: program },
      mayRun: () => true,
      open: async (options) => {
        const pty = await openPty(options)
        return {
          ...pty,
          process: pty.process,
          write: (text) => {
            typedCount++
            return pty.write(text)
          },
        }
      },
    })
    const terminal = await terminals.start(folder, person, {})
    const server = await serve(terminalRoute(terminals), terminal.name)
    const clients = new Map<number, Client>()
    await (await clientOf(clients, 0, server.port)).until('ready')
    return {
      feed: async (input: Uint8Array) => {
        const kind = input[0] ?? 0
        const client = await clientOf(clients, kind & ACKS, server.port)
        const isRead = await client.feed(input.subarray(1), (kind & BINARY) !== 0)
        if (!isRead) clients.delete(kind & ACKS)
        return isRead ? ('accepted' as const) : ('refused' as const)
      },
      state: () => `${typedCount} ${terminals.has(terminal.name)}`,
      close: async () => {
        for (const client of clients.values()) client.socket.terminate()
        await server.close()
        await terminals.close()
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  },
}

const serve = (route: ReturnType<typeof terminalRoute>, name: string) =>
  serveSockets((socket, url) => {
    socket.on('error', () => socket.terminate())
    const query = new URL(url, 'http://localhost').searchParams
    route.take(socket, { documentId: name, query, person, may: () => true })
  })

/** The quota of one connection is for people. */
const MOST_INPUTS = 1000

async function clientOf(clients: Map<number, Client>, kind: number, port: number): Promise<Client> {
  const known = clients.get(kind)
  if (known !== undefined && known.fed < MOST_INPUTS) return known
  known?.socket.terminate()
  const socket = new WebSocket(`ws://127.0.0.1:${port}/${(kind & ACKS) === 0 ? '' : '?acks=1'}`)
  const client = new Client(socket)
  await once(socket, 'open')
  clients.set(kind, client)
  return client
}

/** A terminal repeats to a new client what others typed: no two marks are the same. */
let marks = 0

class Client {
  readonly socket: WebSocket
  fed = 0
  #text = ''
  #look: () => void = () => undefined

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.setMaxListeners(0)
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      const [type, text] = TerminalOutput.parse(JSON.parse(String(data)))
      if (type !== 'stdout') return
      this.#text += text
      socket.send(JSON.stringify(['ack', text.length || 1]))
      this.#look()
    })
  }

  until(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#look = () => {
      if (this.#text.includes(text)) resolve()
    }
    this.#look()
    return promise
  }

  /** True if what is typed after the frame comes back, false if the connection ends with a refusal. */
  async feed(frame: Uint8Array, isBinary: boolean): Promise<boolean> {
    this.#text = ''
    this.fed++
    const mark = `next-${marks++}.`
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const onClose = (code: number, reason: Buffer): void => {
      if (REFUSALS.includes(code)) resolve(false)
      else reject(new Error(`closed with ${code} ${reason}`))
    }
    this.socket.once('close', onClose)
    this.socket.send(frame, { binary: isBinary })
    this.socket.send(JSON.stringify(['stdin', mark]))
    const comesBack = this.until(mark).then(() => true)
    return Promise.race([promise, comesBack]).finally(() => this.socket.off('close', onClose))
  }
}
