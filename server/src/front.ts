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

export class Front<House extends Answering> {
  readonly http = createServer()
  readonly #servers: (Server | TlsServer)[] = []
  readonly #open: () => Promise<House>
  #house: Promise<House>

  private constructor(open: () => Promise<House>, house: House) {
    this.#open = open
    this.#house = Promise.resolve(house)
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
  static async open<House extends Answering>(open: () => Promise<House>): Promise<Front<House>> {
    return new Front(open, await open())
  }

  get house(): Promise<House> {
    return this.#house
  }

  /** Rejects if the project cannot be opened again; then every request is refused until the server is restarted. */
  async reopen(): Promise<void> {
    const before = await this.#house
    this.#house = before.close().then(this.#open)
    await this.#house
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.close()
      server.closeIdleConnections()
    }
    await (await this.#house.catch(() => null))?.close()
    for (const server of this.#servers) server.closeAllConnections()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const house = await this.#house
      house.handle(request, response)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      response.writeHead(503, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: { code: 'closed', message, hint: 'Start the server again.' } }))
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    try {
      const house = await this.#house
      house.upgrade(request, socket, head)
    } catch {
      socket.destroy()
    }
  }
}
