/**
 * Rooms: sockets around live notebooks, by the protocol of contract/sync.ts. Invariant: no frame of a document is
 * sent to, or taken from, a socket of another epoch.
 */
import { log } from '@yesterday/kernel-bridge/log'
import type { WebSocket } from 'ws'
import type { Role } from '../../contract/route.ts'
import type { Actor } from '../../contract/session.ts'
import { close } from '../../contract/sync.ts'
import { endSocket } from '../connection/end-socket.ts'
import { checkThreads } from './check-threads.ts'
import type { DocumentRooms } from './documents.ts'
import type { LiveDocument } from './live-document.ts'
import { Room } from './room.ts'
import { RoomSocket } from './room-socket.ts'

export interface RoomRequest {
  readonly documentId: string
  readonly epoch: string | null
  /** Whether the client understands frames 100 and 101. */
  readonly acks: boolean
  /** The client's name for this connection, for commands that follow its edits; null where it gave none. */
  readonly connection: string | null
  readonly actor: Actor
  /** Whether the actor may, at this moment, send what requires `required`. */
  readonly may: (required: Role) => boolean
}

export interface Rooms {
  handleConnection(socket: WebSocket, request: RoomRequest): Promise<void>
  /** Closes this actor's connections after their access is revoked. Closes every connection if `actorId` is omitted. */
  revoke(documentId: string, actorId?: string): void
  close(): void
}

const pingEveryMs = 20_000

export function createRooms(documents: DocumentRooms): Rooms {
  checkThreads.warm()
  const connections = new Set<RoomSocket>()
  const rooms = new Map<string, Room>()
  const pings = setInterval(() => {
    for (const connection of connections) connection.ping()
  }, pingEveryMs)
  pings.unref()

  const roomOf = (live: LiveDocument): Room => {
    const known = rooms.get(live.id)
    if (known?.live === live) return known
    const room = new Room(live)
    rooms.set(live.id, room)
    return room
  }

  return {
    async handleConnection(socket, request) {
      socket.on('error', () => socket.terminate())
      socket.pause()
      const live = await documents.openById(request.documentId)
      if (live === null) return endSocket(socket, close.gone, 'This notebook was deleted or moved.')
      if (live.epoch !== request.epoch) return endSocket(socket, close.wrongEpoch, 'Reload the notebook.')
      if (socket.readyState !== socket.OPEN) return
      const room = roomOf(live)
      const release = documents.hold(live.id)
      const connection = new RoomSocket(socket, room, request)
      connections.add(connection)
      const who = { notebook: live.path, user: request.actor.id }
      log.debug(who, 'room joined')
      socket.once('close', (code: number) => {
        log.debug({ ...who, code }, 'room left')
        connections.delete(connection)
        connection.end()
        release()
        if (!room.isEmpty) return
        if (rooms.get(live.id) === room) rooms.delete(live.id)
        room.destroy()
      })
      socket.resume()
    },
    revoke(documentId, actorId) {
      for (const connection of connections) {
        if (connection.isOf(documentId, actorId))
          connection.close(close.forbidden, 'Your access was revoked.')
      }
    },
    close() {
      clearInterval(pings)
      for (const connection of connections) connection.close(1001, 'The server is stopping.')
    },
  }
}
