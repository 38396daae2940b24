/**
 * A Unix socket of this machine that leads to the socket of a server on a host. It is opened again, with growing pauses,
 * for as long as it is wanted. Invariants: the local socket lies in a folder of mode 700, so that no other user can take
 * its place while there is no connection; the ssh process ends with this one, as its standard input closes.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { inBackground } from '../../background.ts'
import { JupyterRest } from '../jupyter/rest.ts'
import { JupyterServer } from '../jupyter/server.ts'
import type { LaunchedServer } from '../launched/program.ts'
import { type Environment, NO_SSH, type SshProcess, sshProblem, startSsh } from './command.ts'
import type { SshHost } from './host.ts'

/** A busy server may take some time for its first answer. */
const OPEN_MS = 60_000
const LOOK_MS = 50
/** Questions over an open connection that nothing took. */
const MISSES = 20
const WATCH_MS = 15_000
const PAUSES_MS = [0, 250, 1_000, 2_000, 5_000, 10_000, 15_000]
/** A connection that ended sooner is not opened again at once. */
const STEADY_MS = 500

export interface TunnelHearing {
  /** Null: it leads there. Else why it does not, for people. */
  state(problem: string | null): void
  /** The way is open and nothing answers at its end. True: the server is there all the same. */
  isThere(): Promise<boolean>
  /** The server is gone. */
  gone(): void
}

export class Tunnel {
  readonly server: JupyterServer
  readonly #host: SshHost
  readonly #target: string
  readonly #folder: string
  readonly #environment: Environment
  readonly #hearing: TunnelHearing
  readonly #closing = new AbortController()
  #ssh: SshProcess | null = null

  /** Resolves when it leads there. Rejects with an `Error` for people. */
  static async open(
    host: SshHost,
    launched: LaunchedServer,
    environment: Environment,
    hearing: TunnelHearing,
  ): Promise<Tunnel> {
    const folder = await mkdtemp(join(tmpdir(), 'yesterday-ssh-'))
    const tunnel = new Tunnel(host, launched, environment, hearing, folder)
    const problem = await tunnel.#connect()
    if (problem !== null) {
      await tunnel.close()
      throw new Error(problem)
    }
    inBackground(tunnel.#keep(), `keeping the connection to ${host.title}`)
    return tunnel
  }

  private constructor(
    host: SshHost,
    { socket, token }: LaunchedServer,
    environment: Environment,
    hearing: TunnelHearing,
    folder: string,
  ) {
    this.#host = host
    this.#target = socket ?? ''
    this.#folder = folder
    this.#environment = environment
    this.#hearing = hearing
    this.server = JupyterServer.parse({
      id: host.id,
      title: host.title,
      url: 'http://localhost/',
      token,
      socketPath: join(folder, 's'),
    })
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#ssh?.kill('SIGTERM')
    await rm(this.#folder, { recursive: true, force: true })
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  /** Null, or why it does not lead there. */
  async #connect(): Promise<string | null> {
    const { title } = this.#host
    const forward = { from: this.server.socketPath ?? '', to: this.#target }
    // `cat` ends when this process does.
    const ssh = startSsh(this.#host, 'exec cat', this.#environment, forward)
    this.#ssh = ssh
    let errors = ''
    let ended: string | null = null
    let isOpen = false
    ssh.stdin.on('error', () => undefined)
    ssh.stdin.write('\n')
    ssh.stdout.on('data', () => {
      isOpen = true
    })
    ssh.stderr.setEncoding('utf8').on('data', (part: string) => {
      errors = (errors + part).slice(-4_000)
    })
    ssh.on('error', () => {
      ended = NO_SSH
    })
    ssh.on('close', () => {
      ended ??= sshProblem(errors, title)
    })
    const deadline = performance.now() + OPEN_MS
    let misses = 0
    while (ended === null && misses < MISSES && performance.now() < deadline && !this.#isClosed) {
      if (await this.#answers()) return null
      if (isOpen) misses += 1
      await sleep(LOOK_MS)
    }
    ssh.kill('SIGTERM')
    return ended ?? sshProblem(errors || 'the server there does not answer', title)
  }

  async #answers(): Promise<boolean> {
    const asked = new JupyterRest(this.server).answers()
    return asked.catch(() => false)
  }

  /** Opens it again whenever it ends. */
  async #keep(): Promise<void> {
    while (!this.#isClosed) {
      const since = performance.now()
      await this.#end()
      if (this.#isClosed) return
      let tries = performance.now() - since > STEADY_MS ? 0 : 1
      let problem: string | null = `${this.#host.title} is not reachable: the connection was lost.`
      this.#hearing.state(problem)
      while (problem !== null && !this.#isClosed) {
        const pause = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0
        tries += 1
        await sleep(pause, null, { signal: this.#closing.signal }).catch(() => undefined)
        if (this.#isClosed) return
        problem = await this.#connect()
        if (problem !== null) {
          this.#hearing.state(problem)
          if (!(await this.#isThere())) return
        }
      }
      if (problem === null && !this.#isClosed) this.#hearing.state(null)
    }
  }

  async #isThere(): Promise<boolean> {
    const isThere = await this.#hearing.isThere().catch(() => true)
    if (!isThere && !this.#isClosed) this.#hearing.gone()
    return isThere
  }

  /** The end of the ssh process, or of the answers behind it. */
  async #end(): Promise<void> {
    const ssh = this.#ssh
    if (ssh === null || ssh.exitCode !== null || ssh.signalCode !== null) return
    let misses = 0
    const watch = setInterval(() => {
      const look = async () => {
        misses = (await this.#answers()) ? 0 : misses + 1
        if (misses >= 2) ssh.kill('SIGTERM')
      }
      inBackground(look(), `asking ${this.#host.title} for an answer`)
    }, WATCH_MS)
    watch.unref()
    await new Promise((resolve) => ssh.once('close', resolve))
    clearInterval(watch)
  }
}
