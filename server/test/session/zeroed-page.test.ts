/**
 * A `history.db` with one zeroed page. The start refuses and says what to do, or a session socket is served, or closed
 * with 1011 and a reason. The same holds for pages that are lost while the server runs. No socket stays silent.
 */
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { cellsOf, makeCell, origin } from '../../contract/document.ts'
import { takeSessionSocket } from '../../src/session/session-socket.ts'
import { StoreError } from '../../src/store/errors.ts'
import { PAGE } from '../store/damage.ts'
import { noKernelSessions } from './no-kernel-sessions.ts'

const person = { id: 'ada', name: 'Ada', color: '#000' }
const CELLS = 40
/** Each costs a start. */
const MOST_PAGES = 10
const empty = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 })

let root = ''
let database = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'yesterday-zeroed-'))
  database = join(root, '.yesterday', 'history.db')
  for (const name of ['a', 'b']) await writeFile(join(root, `${name}.ipynb`), empty)
})
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))

/** A server as far as notebooks go. */
async function serve() {
  const held = await noKernelSessions(root)
  const { store, documents, sessions } = held
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const take = takeSessionSocket(sessions)
  sockets.on('connection', (socket, { url = '/' }) =>
    take(socket, { documentId: url.slice(1), person, may: () => true }),
  )
  await once(sockets, 'listening')
  return {
    documents,
    sockets,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await held.close()
      await store.close().catch(requireDamage)
    },
  }
}
type Served = Awaited<ReturnType<typeof serve>>

/** Opens both notebooks and fills them with cells of a page each; returns their ids. */
async function fill({ documents }: Served): Promise<string[]> {
  const ids: string[] = []
  for (const path of ['a.ipynb', 'b.ipynb']) {
    const opened = await documents.open(path)
    if (!opened.ok) throw new Error(opened.refusal.message)
    const { document } = opened
    document.doc.transact(() => {
      for (let n = 0; n < CELLS; n++)
        cellsOf(document.doc).push([makeCell({ id: `c${n}`, type: 'code', source: `${n}`.repeat(PAGE) })])
    }, origin.server)
    await documents.live(document.id)?.flushed()
    ids.push(document.id)
  }
  return ids
}

function requireDamage(error: unknown): void {
  if (!(error instanceof StoreError)) throw error
  expect(error.code).toBe('damaged')
}

/** Why sockets were closed. */
const reasons = new Set<string>()

/** `served`: a view and the answer to a command came. Else the socket was closed with a reason. */
async function outcomeAt({ sockets }: Served, id: string): Promise<'served' | 'closed'> {
  const address = sockets.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}/${id}`)
  const { promise, resolve } = Promise.withResolvers<'served' | 'closed'>()
  let hasView = false
  socket.on('message', (data) => {
    const { type } = JSON.parse(String(data))
    hasView ||= type === 'session'
    if (type === 'accepted' || type === 'refused') resolve('served')
  })
  socket.on('close', (code, reason) => {
    reasons.add(String(reason))
    expect([code, String(reason)]).toEqual([1011, expect.stringMatching(/could not be opened/)])
    resolve('closed')
  })
  socket.on('open', () => socket.send(JSON.stringify({ id: 'c', type: 'clear' })))
  const outcome = await promise
  if (outcome === 'served') expect(hasView).toBe(true)
  socket.removeAllListeners('close')
  socket.terminate()
  return outcome
}

test('at the start', async () => {
  const first = await serve()
  const [id = ''] = await fill(first)
  await first.close()
  const sound = await readFile(database)
  const pages = sound.length / PAGE
  const outcomes: string[] = []
  for (let n = 0; n < MOST_PAGES; n++) {
    const page = Math.floor((n * pages) / MOST_PAGES)
    const damaged = Buffer.from(sound)
    damaged.fill(0, page * PAGE, (page + 1) * PAGE)
    await writeFile(database, damaged)
    try {
      const served = await serve()
      outcomes.push(await outcomeAt(served, id))
      await served.close()
    } catch (error) {
      requireDamage(error)
      outcomes.push('refused')
    }
    for (const more of ['-wal', '-shm']) await rm(database + more, { force: true })
  }
  expect(outcomes[0]).toBe('refused')
  expect(outcomes).toContain('closed')
  expect([...reasons].join()).toMatch(/history of this project is damaged/)
})

test('while the server runs', async () => {
  const first = await serve()
  const ids = await fill(first)
  await first.close()
  const served = await serve()
  await served.documents.open('a.ipynb')
  const bytes = await readFile(database)
  bytes.fill(0, PAGE)
  await writeFile(database, bytes)
  const outcomes: string[] = []
  for (const id of ids) outcomes.push(await outcomeAt(served, id))
  // The first one is open: it is served from memory.
  expect(outcomes).toEqual(['served', 'closed'])
  await served.close()
})
