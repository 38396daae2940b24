/** A real server, and a page on it as far as its sockets go: the document, and the session's events. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as sync from 'y-protocols/sync'
import * as Y from 'yjs'
import type { z } from 'zod'
import { cellOutputs, cellSource, findCell } from '../../contract/document.ts'
import { OpenedNotebook } from '../../contract/http.ts'
import { Event } from '../../contract/session.ts'
import { frame } from '../../contract/sync.ts'
import { expectValid } from '../../setup/nbformat-judge.js'
import { python } from './house.ts'

const program = join(import.meta.dirname, '../../bin/yesterday.js')
const TOKEN = 'a-token-for-tests'

export interface Server {
  readonly origin: string
  /** Settles with the exit status. */
  stop(): Promise<number | null>
  kill(): Promise<void>
}

/** Serves the folder; settles when it listens. Its end throws if nbformat refuses a notebook of the folder. */
export async function startServer(root: string): Promise<Server> {
  const child = spawn(process.execPath, [program, 'serve', root, '--no-open', '--port', '0'], {
    env: { ...process.env, YESTERDAY_PYTHON: python ?? '', YESTERDAY_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    printed += String(chunk)
    const found = /https?:\/\/[^\s/]+/.exec(printed)?.[0]
    if (found !== undefined) resolve(found)
  })
  child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${printed}`)))
  const origin = await promise
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
    await expectValid(root)
    return child.exitCode
  }
  return { origin, stop: () => end('SIGTERM'), kill: async () => void (await end('SIGKILL')) }
}

const headers = { authorization: `token ${TOKEN}` }
type Recorded = Extract<z.infer<typeof Event>, { type: 'recorded' }>

export class Page {
  readonly doc = new Y.Doc()
  readonly recorded: Recorded[] = []
  readonly #room: WebSocket
  readonly #session: WebSocket
  #sent = 0
  #acknowledged = 0
  readonly #synced = Promise.withResolvers<void>()

  static async open({ origin }: Server, path: string): Promise<Page> {
    const answer = await fetch(`${origin}/api/notebooks/open`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ path }),
    })
    const page = new Page(origin.replace('http', 'ws'), OpenedNotebook.parse(await answer.json()))
    await page.#synced.promise
    return page
  }

  private constructor(origin: string, { documentId, epoch }: OpenedNotebook) {
    this.#room = new WebSocket(`${origin}/api/rooms/${documentId}?epoch=${epoch}&acks=1`, { headers })
    this.#room.binaryType = 'arraybuffer'
    this.#room.on('open', () => this.#push((encoder) => sync.writeSyncStep1(encoder, this.doc)))
    this.#room.on('message', (data: ArrayBuffer) => this.#receive(new Uint8Array(data)))
    this.#room.on('error', () => undefined)
    this.doc.on('update', (update: Uint8Array, from: unknown) => {
      if (from === this) return
      this.#sent++
      this.#push((encoder) => sync.writeUpdate(encoder, update))
    })
    this.#session = new WebSocket(`${origin}/api/notebooks/${documentId}/session`, { headers })
    this.#session.on('message', (data) => this.#hear(Event.parse(JSON.parse(String(data)))))
    this.#session.on('error', () => undefined)
  }

  get isSaved(): boolean {
    return this.#sent === this.#acknowledged
  }

  source(cell: string): string {
    return cellSource(this.#cell(cell)).toString()
  }

  edit(cell: string, source: string): void {
    const text = cellSource(this.#cell(cell))
    this.doc.transact(() => {
      text.delete(0, text.length)
      text.insert(0, source)
    })
  }

  /** Texts and plain results, one after the other. */
  outputs(cell: string): string {
    const outputs = cellOutputs(this.#cell(cell))?.toJSON() ?? []
    return outputs
      .map(
        (output: { text?: string; data?: Record<string, string> }) =>
          output.text ?? output.data?.['text/plain'] ?? '',
      )
      .join('')
  }

  close(): void {
    this.#room.terminate()
    this.#session.terminate()
  }

  #cell(id: string) {
    const found = findCell(this.doc, id)
    if (found === null) throw new Error(`there is no cell ${id}`)
    return found.cell
  }

  #hear(event: z.infer<typeof Event>): void {
    if (event.type === 'recorded') this.recorded.push(event)
  }

  #receive(data: Uint8Array): void {
    const decoder = decoding.createDecoder(data)
    const type = decoding.readVarUint(decoder)
    if (type === frame.acknowledged) this.#acknowledged = decoding.readVarUint(decoder)
    if (type !== frame.sync) return
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, frame.sync)
    const message = sync.readSyncMessage(decoder, encoder, this.doc, this)
    if (message === sync.messageYjsSyncStep1) {
      this.#sent++
      this.#room.send(encoding.toUint8Array(encoder))
    }
    if (message === sync.messageYjsSyncStep2) this.#synced.resolve()
  }

  #push(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, frame.sync)
    write(encoder)
    if (this.#room.readyState === WebSocket.OPEN) this.#room.send(encoding.toUint8Array(encoder))
  }
}
