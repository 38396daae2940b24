/**
 * The server of a fixture, inside the page: HTTP answers, a room and a session with their real protocols. Invariant:
 * nothing that a fixture asks of `/api/` leaves the page, and `leave` gives the globals back.
 */
import {
  cellOutputs,
  cellsOf,
  makeCell,
  metaOf,
  stateOf,
  type YOutput,
} from '@yesterday/server/contract/document.ts'
import type { Me } from '@yesterday/server/contract/http.ts'
import type { Event, SessionView } from '@yesterday/server/contract/session.ts'
import { frame } from '@yesterday/server/contract/sync.ts'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import { readSyncMessage, writeSyncStep1 } from 'y-protocols/sync'
import * as Y from 'yjs'
import { FakeSocket } from './fake-socket.ts'
import {
  type Answers,
  type FixtureCell,
  type NotebookFixture,
  PENDING,
  Refused,
  UNREACHABLE,
} from './fixture.ts'

const DEFAULTS: Answers = {
  '/api/kernelspecs': {
    default: 'python3',
    specs: [{ name: 'python3', displayName: 'Python 3.11', language: 'python' }],
    problems: [],
  },
  '/api/me': {
    actor: { id: 'ada', name: 'Ada Lovelace' },
    color: '#0b7285',
    isNamed: true,
    hasPassword: false,
    hasPasskey: false,
    provider: null,
    decidesRole: false,
    signOutUrl: null,
    role: 'owner',
    owners: [],
    project: 'diabetes',
    version: '0.1.0',
  } satisfies Me,
  '/api/history': { kind: 'sound', message: null },
  '/api/workspace': { trusted: true, why: null },
  '/api/replay/jobs': [],
  '/api/log': { runs: [], next: null },
  '/api/files/': [],
}

/** An idle kernel. */
export const idle: SessionView = {
  session: 's1',
  kernel: {
    state: 'idle',
    spec: 'python3',
    displayName: 'Python 3.11',
    language: 'python',
    problem: null,
    recording: true,
  },
  running: null,
  queue: [],
  prompt: null,
  interruptIgnored: false,
  silent: false,
  unreachable: null,
}

export class FixtureServer {
  readonly #answers: Answers
  readonly #notebook: NotebookFixture
  readonly #doc = new Y.Doc()
  readonly #people: readonly Awareness[]
  readonly #restore: () => void
  #timers: ReturnType<typeof setInterval>[] = []
  #acknowledged = 0
  #isLost = false

  constructor(answers: Answers, notebook: NotebookFixture) {
    this.#answers = { ...DEFAULTS, ...answers }
    this.#notebook = notebook
    fill(this.#doc, notebook)
    this.#people = (notebook.people ?? []).map(({ name, color, cell }) => {
      const awareness = new Awareness(new Y.Doc())
      const cursors = cell === undefined ? [] : [{ cell, anchor: null, head: null }]
      awareness.setLocalState({ user: { id: name, name, color }, cursors })
      return awareness
    })
    this.#restore = this.#takeGlobals()
  }

  leave(): void {
    this.#restore()
    for (const timer of this.#timers) clearInterval(timer)
    for (const awareness of this.#people) awareness.destroy()
    this.#doc.destroy()
  }

  #takeGlobals(): () => void {
    const { fetch: realFetch, WebSocket: RealSocket } = globalThis
    globalThis.fetch = (input, init) =>
      typeof input === 'string' && input.startsWith('/api/')
        ? this.#answer(input, init)
        : realFetch(input, init)
    // Vite's own socket stays as it is.
    globalThis.WebSocket = new Proxy(RealSocket, {
      construct: (target, [url, protocols]: [string, string[]]) =>
        url.includes('/api/') ? this.#connect(url) : new target(url, protocols),
    })
    return () => {
      globalThis.fetch = realFetch
      globalThis.WebSocket = RealSocket
    }
  }

  async #answer(url: string, init?: RequestInit): Promise<Response> {
    const key = Object.keys(this.#answers)
      .filter((one) => url.startsWith(one))
      .sort((a, b) => b.length - a.length)[0]
    const found = key === undefined ? new Refused(404, 'not-found', 'Not found.') : this.#answers[key]
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null
    const value: unknown = typeof found === 'function' ? found(url, body, init?.method ?? 'GET') : found
    if (value === PENDING) return new Promise(() => {})
    if (value === UNREACHABLE) throw new TypeError('Failed to fetch')
    if (typeof value === 'string') return new Response(value)
    if (!(value instanceof Refused)) return new Response(JSON.stringify(value))
    const { status, code, message, hint } = value
    return new Response(JSON.stringify({ error: { code, message, hint } }), { status })
  }

  #connect(url: string): FakeSocket {
    const isRoom = url.includes('/api/rooms/')
    const { room = 'open' } = this.#notebook
    if (room === 'away' || this.#isLost)
      return new FakeSocket({ onOpen: () => {}, onMessage: () => {} }, 'closed')
    if (!isRoom) return this.#session()
    if (typeof room === 'number')
      return new FakeSocket({ onOpen: (socket) => socket.end(room), onMessage: () => {} })
    return new FakeSocket({
      onOpen: (socket) => this.#welcome(socket),
      onMessage: (socket, data) => this.#receive(socket, data),
    })
  }

  #welcome(socket: FakeSocket): void {
    socket.deliver(written(frame.sync, (to) => writeSyncStep1(to, this.#doc)))
    const greet = (): void => {
      for (const person of this.#people) socket.deliver(presenceOf(person))
    }
    greet()
    // Presence that is not renewed is dropped.
    this.#timers.push(setInterval(greet, 10_000))
  }

  #receive(socket: FakeSocket, data: unknown): void {
    if (!(data instanceof Uint8Array)) return
    const decoder = decoding.createDecoder(data)
    if (decoding.readVarUint(decoder) !== frame.sync) return
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, frame.sync)
    const kind = readSyncMessage(decoder, encoder, this.#doc, socket)
    const { room = 'open' } = this.#notebook
    if (kind === 0) {
      socket.deliver(new Uint8Array(encoding.toUint8Array(encoder)).buffer)
      if (room === 'lost') this.#lose(socket)
    } else if (room === 'open') {
      this.#acknowledged += 1
      const count = this.#acknowledged
      socket.deliver(written(frame.acknowledged, (to) => encoding.writeVarUint(to, count)))
    }
  }

  /** After the answer has come. */
  #lose(socket: FakeSocket): void {
    this.#isLost = true
    queueMicrotask(() => socket.end(1006))
  }

  #session(): FakeSocket {
    const { session = {}, events = [] } = this.#notebook
    const say = (socket: FakeSocket, event: Event): void => socket.deliver(JSON.stringify(event))
    return new FakeSocket({
      onOpen: (socket) => {
        say(socket, { type: 'session', view: { ...idle, ...session } })
        for (const event of events) say(socket, event)
      },
      onMessage: (socket, data) => {
        const command: { readonly id: string; readonly type: string } = JSON.parse(String(data))
        const isAsked = ['complete', 'inspect'].includes(command.type)
        if (command.type === 'widgets')
          say(socket, { type: 'reply', id: command.id, content: { models: [], isPartial: false } })
        else if (isAsked) say(socket, { type: 'reply', id: command.id, content: {} })
        else say(socket, { type: 'accepted', id: command.id })
      },
    })
  }
}

function fill(doc: Y.Doc, { cells = [], meta = {}, state = {} }: NotebookFixture): void {
  doc.transact(() => {
    cellsOf(doc).insert(0, cells.map(cellFrom))
    for (const [key, value] of Object.entries(meta))
      metaOf(doc).set(key, key === 'metadata' ? new Y.Map(Object.entries(Object(value))) : value)
    for (const [key, value] of Object.entries(state)) stateOf(doc).set(key, value)
    for (const [index, { outputs = [] }] of cells.entries())
      cellOutputs(cellsOf(doc).get(index))?.insert(0, outputs.map(outputFrom))
  })
}

function cellFrom({ id, type = 'code', source = '', count, metadata = {} }: FixtureCell) {
  const cell = makeCell({ id, type, source, metadata })
  if (count !== undefined) cell.set('execution_count', count)
  return cell
}

function outputFrom(output: Readonly<Record<string, unknown>>): YOutput {
  const made: YOutput = new Y.Map(Object.entries(output))
  if (output.output_type === 'stream' && typeof output.text === 'string')
    made.set('text', new Y.Text(output.text))
  return made
}

function written(type: number, write: (encoder: encoding.Encoder) => void): ArrayBuffer {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, type)
  write(encoder)
  return new Uint8Array(encoding.toUint8Array(encoder)).buffer
}

function presenceOf(person: Awareness): ArrayBuffer {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, frame.awareness)
  encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(person, [person.clientID]))
  return new Uint8Array(encoding.toUint8Array(encoder)).buffer
}
