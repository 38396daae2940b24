/**
 * The connection file (https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files): where a
 * kernel listens and the key it signs with. Invariant: on disk it is never readable by others, nor ever half written.
 */
import { randomBytes } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { z } from 'zod'
import type { Channel } from './message.ts'
import { readRegular } from './regular-file.ts'
import { removeFile } from './remove-file.ts'

const Fields = z.object({
  transport: z.enum(['tcp', 'ipc']),
  /** 127.0.0.1 for tcp, the sockets' common path prefix for ipc. */
  ip: z.string().min(1),
  shell_port: z.number().int(),
  iopub_port: z.number().int(),
  stdin_port: z.number().int(),
  control_port: z.number().int(),
  hb_port: z.number().int(),
  key: z.string().min(1),
  signature_scheme: z.literal('hmac-sha256'),
})
/** The kernels here listen on this machine alone: a file that leads elsewhere is not ours. */
export const Connection = Fields.refine(({ transport, ip }) => transport === 'ipc' || ip === '127.0.0.1')
export type Connection = z.infer<typeof Connection>

/** The ZeroMQ address of one channel. */
export function endpoint(connection: Connection, channel: Channel): string {
  const short = channel === 'heartbeat' ? 'hb' : channel
  const port = connection[`${short}_port`]
  const { transport, ip } = connection
  return transport === 'tcp' ? `tcp://${ip}:${port}` : `ipc://${ip}-${port}`
}

/** The socket files of an ipc connection; none for tcp. */
export function socketFiles(connection: Connection): readonly string[] {
  if (connection.transport !== 'ipc') return []
  const { shell_port, iopub_port, stdin_port, control_port, hb_port } = connection
  return [shell_port, iopub_port, stdin_port, control_port, hb_port].map((port) => `${connection.ip}-${port}`)
}

/** Null where there is no such file, or where it is not a connection this bridge could have written. */
export async function readConnection(path: string): Promise<Connection | null> {
  const json = await readJson(path)
  const read = Connection.safeParse(json)
  return read.success ? read.data : null
}

/** Parsed JSON of a file, or null where it is missing or broken. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readRegular(path)).toString())
  } catch {
    return null
  }
}

/** Writes JSON so that others see all of it or none, and only its owner sees it. */
export async function writePrivately(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.new`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(JSON.stringify(value))
  } finally {
    await file.close()
  }
  await rename(temporary, path).catch(async (error: unknown) => {
    await removeFile(temporary)
    throw error
  })
}
