/** Requests to the launcher of a running sandbox. Twin of the launcher's `control.py`. */
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

export type ControlRequest =
  | { readonly act: 'lay'; readonly source: string; readonly target: string }
  | { readonly act: 'remove'; readonly target: string }

const Answer = z.object({ problem: z.string().nullable() })
/** `sun_path` holds 108 bytes on Linux. */
const LONGEST_SOCKET_PATH = 100

/** Null where it was done, else why not. Rejects where the launcher is gone. */
export async function requestControl(store: string, request: ControlRequest): Promise<string | null> {
  const path = join(store, 'control')
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return exchange(path, request)
  const folder = await open(store, 'r')
  try {
    return await exchange(`/proc/self/fd/${folder.fd}/control`, request)
  } finally {
    await folder.close()
  }
}

async function exchange(path: string, request: ControlRequest): Promise<string | null> {
  const socket = connect(path)
  socket.write(`${JSON.stringify(request)}\n`)
  return Answer.parse(JSON.parse(await text(socket))).problem
}
