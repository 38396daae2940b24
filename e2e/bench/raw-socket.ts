/**
 * A WebSocket client that costs next to nothing, for load: it hands over the bytes as they arrive, frames and all, and
 * sends binary frames under a mask of zeros (RFC 6455, 5.2).
 */
import { request } from 'node:http'
import type { Socket } from 'node:net'

/** Servers end a client that does not answer their pings; this one answers without reading them. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])
const PONG_MS = 5000

export interface RawSocket {
  send(payload: Uint8Array): void
  end(): void
}

/** Opens a socket; `onData` gets each chunk. */
export function openRaw(
  url: string,
  headers: Readonly<Record<string, string>>,
  onData: (chunk: Buffer) => void,
): Promise<RawSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<RawSocket>()
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  }
  const asked = request(url.replace('ws', 'http'), { headers: { ...headers, ...upgrade }, agent: false })
  asked.on('error', reject)
  asked.on('response', ({ statusCode }) => reject(new Error(`no socket: ${statusCode}`)))
  asked.on('upgrade', (_, socket: Socket, head) => {
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    const pongs = setInterval(() => socket.write(PONG), PONG_MS)
    socket.on('close', () => clearInterval(pongs))
    resolve({ send: (payload) => void socket.write(framed(payload)), end: () => socket.destroy() })
    if (head.length > 0) onData(head)
    socket.on('data', onData)
  })
  asked.end()
  return promise
}

function framed(payload: Uint8Array): Buffer {
  const size = payload.length
  const head = Buffer.alloc(size < 126 ? 6 : size < 65_536 ? 8 : 14)
  head[0] = 0x82
  if (size < 126) head[1] = 0x80 | size
  else if (size < 65_536) {
    head[1] = 0x80 | 126
    head.writeUInt16BE(size, 2)
  } else {
    head[1] = 0x80 | 127
    head.writeBigUInt64BE(BigInt(size), 2)
  }
  return Buffer.concat([head, payload])
}
