/** WebSockets on a free port of loopback, for targets that feed a route without a whole server. */
import { once } from 'node:events'
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws'

/** `take` gets each socket with what follows its host: `/name?query`. */
export async function serveSockets(
  take: (socket: WebSocket, url: string) => void,
  options: Pick<ServerOptions, 'handleProtocols'> = {},
) {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
  sockets.on('connection', (socket, { url = '/' }) => take(socket, url))
  await once(sockets, 'listening')
  const address = sockets.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise((done) => sockets.close(done))
    },
  }
}
