/**
 * Ends a WebSocket whatever its client does. Invariant: after the call no message of the client is handled, and the
 * socket is gone within `CLOSE_GRACE_MS`.
 */
import type { WebSocket } from 'ws'

/** How long, in ms, a client may take to answer the close frame. It exists so that an honest client sees the code. */
export const CLOSE_GRACE_MS = 250
/** Bytes waiting for the client, above which it would not see the close frame in time. They are dropped. */
const MAX_BACKLOG = 64 * 1024
/** RFC 6455 allows 123 bytes of UTF-8. */
const MAX_REASON = 123

const ended = new WeakSet<WebSocket>()

/** Whether the server ended this socket: what it sent before may not be acted on any more. */
export const isEnded = (socket: WebSocket): boolean => ended.has(socket)

/** Sends a close frame, ignores what the client still sends, and terminates the socket within `CLOSE_GRACE_MS`. */
export function endSocket(socket: WebSocket, code: number, reason: string): void {
  ended.add(socket)
  socket.removeAllListeners('message')
  if (socket.readyState === socket.CLOSED) return
  if (socket.bufferedAmount > MAX_BACKLOG) {
    socket.terminate()
    return
  }
  // A paused socket would not read the client's answer.
  socket.resume()
  socket.close(code, shortened(reason))
  const timer = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS)
  socket.once('close', () => clearTimeout(timer))
}

/** A longer reason makes `ws` throw. */
function shortened(reason: string): string {
  const bytes = Buffer.from(reason)
  return bytes.length <= MAX_REASON
    ? reason
    : bytes
        .subarray(0, MAX_REASON)
        .toString('utf8')
        .replace(/\ufffd+$/, '')
}
