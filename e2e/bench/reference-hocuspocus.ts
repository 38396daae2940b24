/** A second reference for rooms: Hocuspocus, in memory, without hooks. Prints its port. */
import { Server } from '@hocuspocus/server'

const server = new Server({ address: '127.0.0.1', quiet: true, stopOnSignals: false })
// Its own `listen` takes no port 0.
server.httpServer.listen(0, '127.0.0.1', () => {
  const address = server.httpServer.address()
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`)
})
// Its parent closes the pipe when the figures are taken.
process.stdin.resume().on('end', () => process.exit())
