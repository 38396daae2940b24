/** Rooms of this server and of the references, each in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import { openNotebook, RoomPeer } from '../support/peer.ts'
import type { Program } from '../support/program.ts'
import { type Load, writeToken } from './room-load.ts'

/** Where a load goes, and how its messages are framed. */
export type LoadedRoom = Pick<Load, 'url' | 'headers' | 'named'>

export interface Reference {
  readonly url: string
  readonly pid: number
  end(): void
}

const SCRIPTS = { 'y-websocket': 'reference-server.ts', Hocuspocus: 'reference-hocuspocus.ts' } as const

/** `y-websocket`: its own server. Both hold documents in memory. */
export async function startReference(name: keyof typeof SCRIPTS): Promise<Reference> {
  const script = join(import.meta.dirname, SCRIPTS[name])
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { value } = await lines.next()
  if (child.pid === undefined || value === undefined) throw new Error(`${name} did not start`)
  return { url: `ws://127.0.0.1:${value}`, pid: child.pid, end: () => void child.stdin.end() }
}

/** The room of the notebook `one.ipynb`, as a page joins it: with acknowledgements. */
export async function ownRoom({ origin }: Program, cookie: string): Promise<LoadedRoom> {
  const { documentId, epoch } = await openNotebook(origin, cookie, 'one.ipynb')
  const url = `${origin.replace('http', 'ws')}/api/rooms/${documentId}?epoch=${epoch}&acks=1`
  return { url, headers: { cookie, origin }, named: null }
}

/** The notebook as our server has it. */
export async function documentOf({ origin }: Program, cookie: string): Promise<Uint8Array> {
  const peer = new RoomPeer(origin, cookie, await openNotebook(origin, cookie, 'one.ipynb'))
  await peer.synced
  peer.close()
  return Y.encodeStateAsUpdate(peer.doc)
}

/** Puts the notebook into a room of a reference. It is there until the answer is called: Hocuspocus forgets rooms without clients. */
export async function seedRoom({ url, named }: LoadedRoom, document: Uint8Array): Promise<() => void> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const send = (type: number, write: (encoder: encoding.Encoder) => void): void => {
    const encoder = encoding.createEncoder()
    if (named !== null) encoding.writeVarString(encoder, named)
    encoding.writeVarUint(encoder, type)
    write(encoder)
    socket.send(encoding.toUint8Array(encoder))
  }
  if (named !== null) send(2, writeToken)
  send(0, (encoder) => sync.writeUpdate(encoder, document))
  await untilSeeded(socket, () => send(0, (encoder) => sync.writeSyncStep1(encoder, new Y.Doc())))
  return () => socket.terminate()
}

/** Asks for the document until an answer holds it: Hocuspocus takes messages in its own time. */
async function untilSeeded(socket: WebSocket, ask: () => void): Promise<void> {
  const asking = setInterval(ask, 50)
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.on('message', (data: Buffer) => {
    if (data.includes('cells')) resolve()
  })
  await promise.finally(() => clearInterval(asking))
}
