/**
 * One server per project folder: `server.json` of the project's state in the user's own folder says who serves it and
 * with which one-time token a browser gets in. The author of a project folder cannot write it. Invariant: the file of a
 * living server is never replaced; that of a dead one is taken over.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isSameProcess, ownProcess } from '@yesterday/kernel-bridge/process-identity'
import { z } from 'zod'
import { readRegularSync } from '../disk/regular-file.ts'
import { openProjectState } from './user-folder.ts'

const Holder = z.object({
  pid: z.number().int(),
  started: z.string(),
  host: z.string(),
  port: z.number().int(),
  /** The origin that people open, where it is not that of `host` and `port`, which are for programs of this user. */
  address: z.string().nullable().default(null),
  token: z.string(),
  /** For programs of this user, as long as the server lives. */
  programToken: z.string().default(''),
  /** `work`: a command that must not run beside a server, and ends soon. */
  purpose: z.enum(['serve', 'work']).default('serve'),
})
/** Who holds a folder. `port` is 0 until a server listens. */
export type Holder = z.infer<typeof Holder>

/** The address of the server, with a slash at its end. */
export const addressOf = ({ host, port, address }: Holder): string =>
  `${address ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`}/`

/** The address to open in a browser. */
export const startUrl = (holder: Holder): string => `${addressOf(holder)}?token=${holder.token}`

/** How often a lock is checked that will soon be free, ms. */
const LOOK_MS = 50

/** A held folder. */
export class ServerLock {
  readonly #file: string
  #holder: Holder

  private constructor(file: string, holder: Holder) {
    this.#file = file
    this.#holder = holder
  }

  /** Takes the project at `root` (its real path), or returns the server that has it. Waits for a command's work to end. */
  static async take(
    root: string,
    host: string,
    purpose: Holder['purpose'] = 'serve',
  ): Promise<ServerLock | Holder> {
    const file = join(openProjectState(root), 'server.json')
    const own = { ...ownProcess(), host, port: 0, address: null, token: '', programToken: '', purpose }
    const lock = new ServerLock(file, own)
    for (;;) {
      if (lock.#create()) return lock
      const holder = read(file)
      if (holder === null || !(await isServing(holder))) rmSync(file, { force: true })
      else if (holder.purpose === 'serve') return holder
      else await sleep(LOOK_MS)
    }
  }

  /** Who serves the project at `root`; null if no server does. */
  static async holder(root: string): Promise<Holder | null> {
    const holder = read(join(openProjectState(root), 'server.json'))
    return holder !== null && (await isServing(holder)) ? holder : null
  }

  /** Says where the server listens, and the token that is good now. */
  update(change: Partial<Pick<Holder, 'host' | 'port' | 'address' | 'token' | 'programToken'>>): Holder {
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
    return Holder.parse(JSON.parse(readRegularSync(file).toString()))
  } catch {
    return null
  }
}

/** The same process runs, and its port answers. */
async function isServing({ pid, started, host, port }: Holder): Promise<boolean> {
  if (pid === process.pid || !isSameProcess({ pid, started })) return false
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
