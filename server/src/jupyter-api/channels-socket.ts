/**
 * `WS /api/kernels/<id>/channels?session_id=`: a client of a kernel. Invariant: a frame that cannot be read changes
 * nothing and ends the connection; a client that floods or is gone is disconnected.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { WebSocket } from 'ws'
import type { z } from 'zod'
import type { Actor } from '../../contract/actor.ts'
import { CHANNEL_ROLES } from '../../contract/message-roles.ts'
import { socketApi } from '../../contract/routes.ts'
import { close } from '../../contract/sync.ts'
import { endSocket, isEnded } from '../connection/end-socket.ts'
import { keepAlive } from '../connection/keep-alive.ts'
import { Quota } from '../connection/quota.ts'
import { onSocket, type SocketCall, type SocketRoute } from '../http/sockets.ts'
import { decodeFrame, type Framing, V1 } from './framing.ts'
import type { HostedKernel } from './hosted-kernel.ts'
import type { KernelRegistry } from './kernel-registry.ts'
import type { Received } from './message.ts'

/** Messages: a client may send all cells of a large notebook at once. */
const MESSAGES = { burst: 20_000, perSecond: 1_000 }
/** Bytes. */
const VOLUME = { burst: 128 * 1024 * 1024, perSecond: 8 * 1024 * 1024 }
/** RFC 6455: a frame of another form than was agreed. */
const INVALID = 1007
/** A session's name, from the address: not longer than a client makes it. */
const SESSION = /^[\x21-\x7e]{1,200}$/

type Call = SocketCall<z.infer<typeof socketApi.channels.query>>

/** Gets who sent code to a kernel, and the notebook of the kernel or the name that a client gave it. */
export type OnCode = (person: Actor, notebook: string) => void

/** The route of the socket. */
export const channelsRoute = (kernels: Pick<KernelRegistry, 'has' | 'get'>, onCode: OnCode): SocketRoute =>
  onSocket(
    socketApi.channels,
    (socket, call) => {
      socket.on('error', () => socket.terminate())
      socket.pause()
      inBackground(welcome(kernels, socket, call, onCode), 'connecting a Jupyter client')
    },
    (id) => kernels.has(id),
  )

async function welcome(
  kernels: Pick<KernelRegistry, 'get'>,
  socket: WebSocket,
  call: Call,
  onCode: OnCode,
): Promise<void> {
  const kernel = await kernels.get(call.documentId)
  if (kernel === null) endSocket(socket, close.gone, 'There is no such kernel any more.')
  else if (socket.readyState === socket.OPEN) {
    listen(kernel, socket, call, onCode)
    socket.resume()
  }
}

function listen(kernel: HostedKernel, socket: WebSocket, call: Call, onCode: OnCode): void {
  const { query, person, may } = call
  const framing: Framing = socket.protocol === V1 ? V1 : ''
  const { session_id: session = '' } = query
  const client = kernel.clients.connect(SESSION.test(session) ? session : null, socket, framing)
  // The kernel has too many connections.
  if (isEnded(socket)) return
  const [messages, volume] = [new Quota(MESSAGES), new Quota(VOLUME)]
  socket.on('message', (data: Buffer, isBinary) => {
    if (!messages.take(1) || !volume.take(data.length))
      return endSocket(socket, close.tooMuch, 'This client sends more than the server takes.')
    const message = decodeFrame(framing, data, isBinary)
    // The one place that decides whether the sender of a message may send it.
    if (!('refused' in message) && !may(CHANNEL_ROLES[message.channel]))
      return endSocket(socket, close.forbidden, 'Your role does not allow this.')
    const problem = 'refused' in message ? message.refused : pass(kernel, client, message, person)
    if (problem !== null) endSocket(socket, INVALID, `This message cannot be read: ${problem}`)
    else if (isCode(message)) onCode({ id: person.id, name: person.name }, kernel.path)
  })
  keepAlive(socket)
}

/** Code that the history does not keep (`silent`) counts as well, on whatever channel a kernel takes it. */
const isCode = (message: ReturnType<typeof decodeFrame>): boolean =>
  'header' in message && message.header.msg_type === 'execute_request'

/** Null, or why the message cannot be passed on. */
function pass(
  kernel: HostedKernel,
  client: string,
  message: Received,
  { id, name }: Call['person'],
): string | null {
  try {
    kernel.receive(client, message, { id, name })
    return null
  } catch (error) {
    if (error instanceof RangeError) return error.message
    throw error
  }
}
