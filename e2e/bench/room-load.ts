/**
 * Many clients in one room. Each edit appends a mark of its own, and each client looks for the marks in the bytes that
 * it receives: so the load costs little beside the server that it measures.
 */
import * as encoding from 'lib0/encoding'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import { openRaw, type RawSocket } from './raw-socket.ts'

export interface Load {
  /** Address of the room. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The room's document as it is before, as an update. */
  readonly document: Uint8Array
  readonly editors: number
  readonly observers: number
  /** Edits a second of each editor. */
  readonly rate: number
  readonly seconds: number
  /** Each editor shows a cursor that moves with each edit. */
  readonly cursors: boolean
  /** Hocuspocus names the document in each message, and awaits a token first. Null for servers that speak y-websocket. */
  readonly named: string | null
}

export interface LoadTimes {
  /** Milliseconds from each edit until each other client has it. */
  readonly delivered: readonly number[]
  readonly undelivered: number
}

const MARK = /#\d{6}#/g
const MARK_LENGTH = 8
/** What is not delivered so long after the last edit is lost. */
const PATIENCE_MS = 30_000
const [SYNC, AWARENESS, AUTH] = [0, 1, 2]
/** Connections that are opened at once. */
const OPENING = 20

/** Runs the load and settles when everything was delivered, or is given up. */
export async function roomTimes(load: Load): Promise<LoadTimes> {
  const sent = new Map<string, { readonly at: number; readonly by: Client }>()
  const delivered: number[] = []
  const onMark = (mark: string, client: Client): void => {
    const edit = sent.get(mark)
    if (edit !== undefined && edit.by !== client) delivered.push(performance.now() - edit.at)
  }
  const clients = Array.from({ length: load.editors + load.observers }, (_, n) => new Client(load, n, onMark))
  for (let n = 0; n < clients.length; n += OPENING)
    await Promise.all(clients.slice(n, n + OPENING).map((client) => client.open()))
  let next = 0
  const edit = (client: Client): void => {
    const mark = `#${String(next++).padStart(6, '0')}#`
    sent.set(mark, { at: performance.now(), by: client })
    client.edit(mark)
  }
  await Promise.all(clients.slice(0, load.editors).map((client, n) => atRate(load, n, () => edit(client))))
  const expected = sent.size * (clients.length - 1)
  const end = performance.now() + PATIENCE_MS
  while (delivered.length < expected && performance.now() < end) await pause(50)
  for (const client of clients) client.close()
  return { delivered, undelivered: expected - delivered.length }
}

const pause = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms))

/** Calls `act` at the load's rate; the n-th client begins a part of the interval later. */
async function atRate({ rate, seconds, editors }: Load, n: number, act: () => void): Promise<void> {
  const interval = 1000 / rate
  const from = performance.now() + (n / editors) * interval
  for (let round = 0; round < rate * seconds; round++) {
    await pause(Math.max(0, from + round * interval - performance.now()))
    act()
  }
}

class Client {
  readonly #load: Load
  readonly #onMark: (mark: string, client: Client) => void
  readonly #doc = new Y.Doc()
  readonly #hasCursor: boolean
  readonly #seen = new Set<string>()
  #socket: RawSocket | null = null
  /** The end of the last chunk: a mark may be cut in two. */
  #tail = ''
  #clock = 0

  constructor(load: Load, n: number, onMark: (mark: string, client: Client) => void) {
    this.#load = load
    this.#onMark = onMark
    this.#hasCursor = load.cursors && n < load.editors
    Y.applyUpdate(this.#doc, load.document)
  }

  async open(): Promise<void> {
    const { url, headers } = this.#load
    this.#socket = await openRaw(url, headers, (chunk) => this.#look(chunk.toString('latin1')))
    if (this.#load.named !== null) this.#send(AUTH, writeToken)
    this.#send(SYNC, (encoder) => sync.writeSyncStep1(encoder, this.#doc))
  }

  /** Appends the mark to the first cell of the notebook. */
  edit(mark: string): void {
    const cell = this.#doc.getArray<Y.Map<unknown>>('cells').get(0)
    const source = cell.get('source')
    if (!(source instanceof Y.Text)) throw new Error('the cell has no text')
    let update: Uint8Array = new Uint8Array()
    this.#doc.once('update', (made: Uint8Array) => {
      update = made
    })
    source.insert(source.length, mark)
    this.#send(SYNC, (encoder) => sync.writeUpdate(encoder, update))
    if (this.#hasCursor) this.#showCursor()
  }

  close(): void {
    this.#socket?.end()
    this.#doc.destroy()
  }

  #showCursor(): void {
    const { clientID } = this.#doc
    const position = { type: null, tname: null, item: { client: clientID, clock: this.#clock }, assoc: 0 }
    const user = { id: `editor-${clientID}`, name: 'An editor', color: '#0b7285' }
    const state = JSON.stringify({ user, cursors: [{ cell: 'c1', anchor: position, head: position }] })
    this.#send(AWARENESS, (encoder) => {
      const entry = encoding.createEncoder()
      encoding.writeVarUint(entry, 1)
      encoding.writeVarUint(entry, clientID)
      encoding.writeVarUint(entry, ++this.#clock)
      encoding.writeVarString(entry, state)
      encoding.writeVarUint8Array(encoder, encoding.toUint8Array(entry))
    })
  }

  #look(chunk: string): void {
    const text = this.#tail + chunk
    this.#tail = text.slice(1 - MARK_LENGTH)
    if (!text.includes('#')) return
    for (const [mark] of text.matchAll(MARK)) {
      if (this.#seen.has(mark)) continue
      this.#seen.add(mark)
      this.#onMark(mark, this)
    }
  }

  #send(type: number, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder()
    if (this.#load.named !== null) encoding.writeVarString(encoder, this.#load.named)
    encoding.writeVarUint(encoder, type)
    write(encoder)
    this.#socket?.send(encoding.toUint8Array(encoder))
  }
}

/** Hocuspocus takes any token where no hook looks at it. */
export function writeToken(encoder: encoding.Encoder): void {
  encoding.writeVarUint(encoder, 0)
  encoding.writeVarString(encoder, 'none')
}
