/**
 * Rooms: sockets around live notebooks, by the protocol of contract/sync.ts. Invariant: no frame of a document is
 * sent to, or taken from, a socket of another epoch.
 */
import type { WebSocket } from 'ws'
import type { Actor } from '../../contract/session.ts'
import { close } from '../../contract/sync.ts'
import type { DocumentRooms } from './documents.ts'
import { Presence } from './presence.ts'
import { RoomSocket } from './room-socket.ts'

export interface RoomRequest {
  readonly documentId: string
  readonly epoch: string | null
  /** Whether the client understands frames 100 and 101. */
  readonly acks: boolean
  /** The client's name for this connection, for commands that follow its edits; null where it gave none. */
  readonly connection: string | null
  readonly actor: Actor
  readonly mayWrite: boolean
}

export interface Rooms {
  handleConnection(socket: WebSocket, request: RoomRequest): Promise<void>
  /** Ends the connections of an actor who may not be here any more; all of them without one. */
  revoke(documentId: string, actorId?: string): void
  close(): void
}

const pingEveryMs = 20_000

export function createRooms(documents: DocumentRooms): Rooms {
  const connections = new Set<RoomSocket>()
  const presences = new Map<string, Presence>()
  const pings = setInterval(() => {
    for (const connection of connections) connection.ping()
  }, pingEveryMs)
  pings.unref()

  const presenceOf = (documentId: string): Presence => {
    const presence = presences.get(documentId) ?? new Presence()
    presences.set(documentId, presence)
    return presence
  }

  return {
    async handleConnection(socket, request) {
      socket.on('error', () => socket.terminate())
      socket.pause()
      const live = await documents.openById(request.documentId)
      if (live === null) return endBefore(socket, close.gone, 'This notebook is not here any more.')
      if (live.epoch !== request.epoch) return endBefore(socket, close.wrongEpoch, 'Reload the notebook.')
      if (socket.readyState !== socket.OPEN) return
      const presence = presenceOf(live.id)
      const release = documents.hold(live.id)
      const connection = new RoomSocket(socket, live, presence, request)
      connections.add(connection)
      socket.once('close', () => {
        connections.delete(connection)
        connection.end()
        release()
        if (presence.isEmpty && presences.get(live.id) === presence) {
          presences.delete(live.id)
          presence.destroy()
        }
      })
      socket.resume()
    },
    revoke(documentId, actorId) {
      for (const connection of connections) {
        if (connection.isOf(documentId, actorId))
          connection.close(close.forbidden, 'You may not be here any more.')
      }
    },
    close() {
      clearInterval(pings)
      for (const connection of connections) connection.close(1001, 'The server stops.')
    },
  }
}

function endBefore(socket: WebSocket, code: number, reason: string): void {
  socket.resume()
  socket.close(code, reason)
}
