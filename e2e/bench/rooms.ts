/** Rooms under load, next to y-websocket's own server in the same minutes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import { writeNotebook } from '../support/notebook-file.ts'
import { openNotebook, RoomPeer, signIn } from '../support/peer.ts'
import { discard, newFolder, type Program, startProgram } from '../support/program.ts'
import { type Figure, percentile } from './figures.ts'
import { type Load, type LoadTimes, roomTimes } from './room-load.ts'

type Crowd = Omit<Load, 'url' | 'headers' | 'document'> & { readonly name: string; readonly goal: number }

const SECONDS = 15
const crowds: readonly Crowd[] = [
  {
    name: '200 editors at 1 edit/s, cursors',
    editors: 200,
    observers: 0,
    rate: 1,
    seconds: SECONDS,
    cursors: true,
    goal: 100,
  },
  {
    name: '200 editors at 1 edit/s, no cursors',
    editors: 200,
    observers: 0,
    rate: 1,
    seconds: SECONDS,
    cursors: false,
    goal: 100,
  },
  {
    name: '1 editor at 5 edits/s, 500 observers',
    editors: 1,
    observers: 500,
    rate: 5,
    seconds: SECONDS,
    cursors: true,
    goal: 50,
  },
]

/** An edit's way to every other client, for each crowd; and how many did not arrive. */
export async function* roomFigures(): AsyncGenerator<Figure> {
  const folder = await newFolder()
  await writeNotebook(folder, 'one.ipynb', ['1'])
  const [program, reference] = await Promise.all([startProgram(folder), startReference()])
  try {
    const cookie = await signIn(program.url)
    for (const [n, crowd] of crowds.entries()) {
      const document = await documentOf(program, cookie)
      const url = `${reference.url}/room-${n}`
      await seedRoom(url, document)
      const baseline = await roomTimes({ ...crowd, url, headers: {}, document })
      yield* figuresOf(crowd, await ours(program, cookie, crowd, document), baseline)
    }
  } finally {
    reference.end()
    await program.stop()
    await discard(folder)
  }
}

async function ours(
  { origin }: Program,
  cookie: string,
  crowd: Crowd,
  document: Uint8Array,
): Promise<LoadTimes> {
  const { documentId, epoch } = await openNotebook(origin, cookie, 'one.ipynb')
  const url = `${origin.replace('http', 'ws')}/api/rooms/${documentId}?epoch=${epoch}`
  return roomTimes({ ...crowd, url, headers: { cookie, origin }, document })
}

/** The notebook as our server has it. */
async function documentOf({ origin }: Program, cookie: string): Promise<Uint8Array> {
  const peer = new RoomPeer(origin, cookie, await openNotebook(origin, cookie, 'one.ipynb'))
  await peer.synced
  peer.close()
  return Y.encodeStateAsUpdate(peer.doc)
}

/** Puts the notebook into a room of the reference. */
async function seedRoom(url: string, document: Uint8Array): Promise<void> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, 0)
  sync.writeUpdate(encoder, document)
  socket.send(encoding.toUint8Array(encoder))
  const answered = once(socket, 'pong')
  socket.ping()
  await answered
  socket.close()
}

function* figuresOf({ name, goal }: Crowd, times: LoadTimes, baseline: LoadTimes): Generator<Figure> {
  const lost = times.undelivered === 0 ? '' : `, ${times.undelivered} UNDELIVERED`
  for (const p of [50, 99]) {
    yield {
      name: `${name}, p${p}${lost}`,
      value: percentile(times.delivered, p),
      baseline: percentile(baseline.delivered, p),
      baselineName: 'y-websocket server',
      goal: p === 99 ? goal : null,
    }
  }
}

/** y-websocket's server in a process of its own. */
async function startReference(): Promise<{ readonly url: string; end(): void }> {
  const script = join(import.meta.dirname, 'reference-server.ts')
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { value } = await lines.next()
  return { url: `ws://127.0.0.1:${value}`, end: () => void child.stdin.end() }
}
