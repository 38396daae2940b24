/**
 * Where a new kernel shall listen. Unix sockets where the platform and the path's length allow: they are private by
 * their folder's mode, need no free port, and answer as fast as loopback TCP (5.8 and 5.9 ms: bench/execute.ts); else
 * loopback TCP on ports that the system picked.
 */
import { randomBytes } from 'node:crypto'
import { lstat, mkdtemp, rmdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { capability } from 'zeromq'
import { type Connection, socketFiles } from './connection.ts'
import { removeFile } from './remove-file.ts'
import { newKey } from './signature.ts'

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, one of them the closing zero. */
const LONGEST_SOCKET_PATH = 103

/** How to choose: `auto` tries Unix sockets first. */
export type TransportChoice = 'auto' | 'tcp'

/** A fresh connection with its own key, for a kernel whose folder is `dir`. */
export async function newConnection(dir: string, choice: TransportChoice): Promise<Connection> {
  const key = newKey()
  const prefix = choice === 'tcp' || capability.ipc !== true ? null : await socketPrefix(dir)
  if (prefix === null) return { ...(await freePorts()), transport: 'tcp', ip: '127.0.0.1', key, ...scheme }
  return { ...ports([1, 2, 3, 4, 5]), transport: 'ipc', ip: prefix, key, ...scheme }
}

const scheme = { signature_scheme: 'hmac-sha256' } as const

/** Project folders may lie deep, or on file systems that carry no sockets; the temporary folder rarely does. */
async function socketPrefix(dir: string): Promise<string | null> {
  const near = join(dir, randomBytes(2).toString('hex'))
  if (await canListen(`${near}-0`)) return near
  const elsewhere = await mkdtemp(join(tmpdir(), 'yesterday-'))
  if (await canListen(join(elsewhere, 's-0'))) return join(elsewhere, 's')
  await rmdir(elsewhere)
  return null
}

/**
 * Removes what a connection's sockets left on disk: sockets alone, and only where `newConnection` puts them. The
 * connection was read from a file, and its paths may lead anywhere.
 */
export async function clearSockets(connection: Connection, dir: string): Promise<void> {
  if (connection.transport !== 'ipc' || !isSocketPrefix(connection.ip, dir)) return
  await Promise.all(socketFiles(connection).map(removeSocket))
  if (dirname(connection.ip) !== dir) await rmdir(dirname(connection.ip)).catch(() => undefined)
}

function isSocketPrefix(prefix: string, dir: string): boolean {
  const folder = dirname(prefix)
  if (prefix !== join(folder, basename(prefix))) return false
  return folder === dir || (dirname(folder) === tmpdir() && basename(folder).startsWith('yesterday-'))
}

async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  if (found?.isSocket()) await removeFile(path)
}

async function canListen(path: string): Promise<boolean> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) return false
  const server = createServer()
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(path, () => resolve(true))
  })
  if (listening) await new Promise((resolve) => server.close(resolve))
  await removeFile(path)
  return listening
}

/** Held open together so that five different ports come back; another program may still take one before the kernel does. */
async function freePorts(): Promise<ReturnType<typeof ports>> {
  const servers = Array.from({ length: 5 }, () => createServer())
  const found = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            resolve(address !== null && typeof address === 'object' ? address.port : 0)
          })
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports(found)
}

function ports([shell = 0, iopub = 0, stdin = 0, control = 0, hb = 0]: readonly number[]): Pick<
  Connection,
  'shell_port' | 'iopub_port' | 'stdin_port' | 'control_port' | 'hb_port'
> {
  return { shell_port: shell, iopub_port: iopub, stdin_port: stdin, control_port: control, hb_port: hb }
}
