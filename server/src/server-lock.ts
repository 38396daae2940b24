/**
 * One server per project folder: `.yesterday/server.json`, mode 600, says who serves it and with which one-time token
 * a browser gets in. Invariant: the file of a living server is never replaced; that of a dead one is taken over.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'
import { isRunning } from './running.ts'

const Holder = z.object({
  pid: z.number().int(),
  host: z.string(),
  port: z.number().int(),
  token: z.string(),
})
/** The server that holds a folder. `port` is 0 until it listens. */
export type Holder = z.infer<typeof Holder>

/** The address to open in a browser. */
export const startUrl = ({ host, port, token }: Holder): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}/?token=${token}`

/** A held folder. */
export class ServerLock {
  readonly #file: string
  #holder: Holder

  private constructor(file: string, holder: Holder) {
    this.#file = file
    this.#holder = holder
  }

  /** Takes the folder (`.yesterday/`), or answers who has it. */
  static async take(folder: string, host: string): Promise<ServerLock | Holder> {
    const file = join(folder, 'server.json')
    const lock = new ServerLock(file, { pid: process.pid, host, port: 0, token: '' })
    if (lock.#create()) return lock
    const holder = read(file)
    if (holder !== null && (await isServing(holder))) return holder
    rmSync(file, { force: true })
    if (lock.#create()) return lock
    return read(file) ?? { pid: 0, host, port: 0, token: '' }
  }

  /** Says where the server listens, and the token that is good now. */
  update(change: Partial<Pick<Holder, 'port' | 'token'>>): Holder {
    this.#holder = { ...this.#holder, ...change }
    const temporary = `${this.#file}.new`
    writeFileSync(temporary, JSON.stringify(this.#holder), { mode: 0o600 })
    renameSync(temporary, this.#file)
    return this.#holder
  }

  release(): void {
    if (read(this.#file)?.pid === process.pid) rmSync(this.#file, { force: true })
  }

  #create(): boolean {
    try {
      writeFileSync(this.#file, JSON.stringify(this.#holder), { mode: 0o600, flag: 'wx' })
      return true
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false
      throw thrown
    }
  }
}

function read(file: string): Holder | null {
  try {
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** A living process, and its port answers: a pid alone may be somebody else's by now. */
async function isServing({ pid, host, port }: Holder): Promise<boolean> {
  if (pid === process.pid || !isRunning(pid)) return false
  return port === 0 || answers(host, port)
}

function answers(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port, timeout: 2000 })
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  socket.once('timeout', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
