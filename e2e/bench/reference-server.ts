/** The reference for rooms: y-websocket's own server (`@y/websocket-server`), in memory. Prints its port. */
import { createServer } from 'node:http'
import { setupWSConnection } from '@y/websocket-server/utils'
import { WebSocketServer } from 'ws'

const http = createServer()
const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
sockets.on('connection', (socket, request) => setupWSConnection(socket, request))
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
// Its parent closes the pipe when the figures are taken.
process.stdin.resume().on('end', () => process.exit())
