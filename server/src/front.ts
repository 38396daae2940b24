/**
 * One HTTP server in front of the opened project, which is replaced: a project that becomes trusted is opened again with
 * all functions. Invariant: a request that comes in between waits until the project is open.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Server as TlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { inBackground } from '@yesterday/kernel-bridge/background'

/** What answers requests; closed before the next one is opened. */
export interface Answering {
  handle(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): Promise<void>
}

export class Front<Opened extends Answering> {
  readonly http = createServer()
  readonly #servers: (Server | TlsServer)[] = []
  readonly #open: () => Promise<Opened>
  #opened: Promise<Opened>

  private constructor(open: () => Promise<Opened>, opened: Opened) {
    this.#open = open
    this.#opened = Promise.resolve(opened)
    this.answer(this.http)
  }

  /** Answers what comes to this server, until this is closed. */
  answer(server: Server | TlsServer): void {
    this.#servers.push(server)
    server.on('request', (request, response) => {
      inBackground(this.#handle(request, response), 'answering a request')
    })
    server.on('upgrade', (request, socket, head) => {
      inBackground(this.#upgrade(request, socket, head), 'opening a socket')
    })
  }

  /** Rejects if the project cannot be opened. */
  static async open<Opened extends Answering>(open: () => Promise<Opened>): Promise<Front<Opened>> {
    return new Front(open, await open())
  }

  get opened(): Promise<Opened> {
    return this.#opened
  }

  /** Rejects if the project cannot be opened again; then every request is refused until the server is restarted. */
  async reopen(): Promise<void> {
    const before = await this.#opened
    this.#opened = before.close().then(this.#open)
    await this.#opened
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.close()
      server.closeIdleConnections()
    }
    await (await this.#opened.catch(() => null))?.close()
    for (const server of this.#servers) server.closeAllConnections()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const opened = await this.#opened
      opened.handle(request, response)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      response.writeHead(503, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code: 'closed', message, hint: 'Start the server again.' } }))
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const opened = await this.#opened
      opened.upgrade(request, socket, head)
    } catch {
      socket.destroy()
    }
  }
}
