/** Notices clients whose network is gone: they close nothing. */
import type { WebSocket } from 'ws'

const PING_MS = 30_000

/** Terminates the socket of a client that answers no ping for `PING_MS`. */
export function keepAlive(socket: WebSocket): void {
  let isThere = true
  socket.on('pong', () => {
    isThere = true
  })
  const pings = setInterval(() => {
    if (!isThere) socket.terminate()
    isThere = false
    socket.ping()
  }, PING_MS)
  socket.once('close', () => clearInterval(pings))
}
