/** What is known of one host, and the server that runs there for this project. */
import { createHash } from 'node:crypto'
import { inBackground } from '../../background.ts'
import type { KernelPlace, KernelSpec } from '../../kernel.ts'
import type { ProviderContext } from '../../provider.ts'
import { type Look, ServerLook } from '../jupyter/server-look.ts'
import type { FoundServer } from '../jupyter/source.ts'
import type { LaunchedServer } from '../launched/program.ts'
import { launchBySsh } from './command.ts'
import type { SshHost } from './host.ts'
import { Tunnel } from './tunnel.ts'

export const SSH = 'ssh'

/** Offered for a host that was never looked at. */
const USUAL: SshHost['kernels'] = [{ name: 'python3', title: 'Python 3', language: 'python' }]

interface Open {
  readonly tunnel: Tunnel
  readonly launched: LaunchedServer
  readonly gone: AbortController
}

export class SshLink {
  readonly #host: SshHost
  readonly #context: ProviderContext
  #looks = new ServerLook(SSH)
  readonly #closing = new AbortController()
  #opening: Promise<Open | null> | null = null
  #open: Open | null = null
  /** Why there is no connection, and since when there was one. */
  #problem: string | null = null
  #lostAt: Date | null = null
  #back = Promise.withResolvers<void>()
  #last: Look | null = null
  #kernels: SshHost['kernels'] = []

  constructor(host: SshHost, context: ProviderContext) {
    this.#host = host
    this.#context = context
  }

  /** Never rejects. Makes no connection by itself. `kernels`: those of the last look. */
  async look(kernels: SshHost['kernels']): Promise<Look> {
    this.#kernels = kernels
    const open = this.#open
    if (open === null || this.#lostAt !== null) return this.#remembered()
    const [look] = await this.#looks.at([open.tunnel.server])
    if (look !== undefined && look.place.problem === null) this.#last = look
    return look ?? this.#remembered()
  }

  /** Rejects with an `Error` for people. */
  async reach(): Promise<FoundServer & { readonly look: Look }> {
    const open = await this.#connection('start')
    if (open === null) throw new Error(`There is no server on ${this.#host.title}.`)
    if (this.#lostAt !== null) throw new Error(this.#shownProblem() ?? '')
    const [look] = await this.#looks.at([open.tunnel.server], { isFresh: true })
    if (look === undefined) throw new Error(`${this.#host.title} does not answer.`)
    this.#last = look
    return { ...this.#found(open), look }
  }

  async find(): Promise<FoundServer | null> {
    const open = await this.#connection('find')
    return open && this.#found(open)
  }

  #found({ tunnel, gone }: Open): FoundServer {
    return { server: tunnel.server, gone: gone.signal, ready: () => this.#back.promise }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#opening?.catch(() => undefined)
    await this.#open?.tunnel.close()
    this.#open = null
  }

  async #connection(action: 'start' | 'find'): Promise<Open | null> {
    if (this.#open !== null) return this.#open
    // One that only finds starts nothing for one that starts.
    const before = this.#opening
    if (before !== null) {
      const found = await before
      if (found !== null || action === 'find') return found
    }
    const opening = this.#connect(action)
    this.#opening = opening
    try {
      return await opening
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error)
      throw error
    } finally {
      if (this.#opening === opening) this.#opening = null
    }
  }

  async #connect(action: 'start' | 'find'): Promise<Open | null> {
    const launched = await this.#launch(action)
    if (launched === null) return null
    const gone = new AbortController()
    const tunnel = await Tunnel.open(this.#host, launched, this.#context.environment, {
      state: (problem) => this.#changed(problem),
      isThere: async () => (await this.#launch('find'))?.token === launched.token,
      gone: () => {
        this.#forget()
        gone.abort()
      },
    })
    const open = { tunnel, launched, gone }
    if (this.#closing.signal.aborted) await tunnel.close()
    else this.#open = open
    this.#changed(null)
    return open
  }

  async #launch(action: 'start' | 'find'): Promise<LaunchedServer | null> {
    const { environment, signer } = this.#context
    const { signal } = this.#closing
    const settings = { action, key: keyOf(this.#host, signer) }
    const answer = await launchBySsh(this.#host, settings, environment, { signal })
    return answer.status === 'running' && answer.socket !== null ? answer : null
  }

  #changed(problem: string | null): void {
    this.#problem = problem
    if (problem !== null && this.#lostAt === null) this.#back = Promise.withResolvers()
    if (problem !== null) this.#lostAt ??= new Date()
    else {
      this.#lostAt = null
      // What it said while there was no way to it is out of date.
      this.#looks = new ServerLook(SSH)
      this.#back.resolve()
    }
  }

  #forget(): void {
    const open = this.#open
    this.#open = null
    this.#changed(null)
    if (open !== null) inBackground(open.tunnel.close(), `closing the connection to ${this.#host.title}`)
  }

  #remembered(): Look {
    const place = { provider: SSH, id: this.#host.id, title: this.#host.title, problem: this.#shownProblem() }
    if (this.#last !== null) {
      const specs = this.#last.specs.map((spec) => ({ ...spec, where: place }))
      return { place, specs, remoteNames: this.#last.remoteNames }
    }
    const kernels = this.#kernels.length === 0 ? USUAL : this.#kernels
    const named = kernels.map((one) => [`${one.name.toLowerCase()}@${this.#host.id}`, one.name] as const)
    return {
      place,
      specs: kernels.map((one) => specOf(one, place)),
      remoteNames: new Map(named),
    }
  }

  #shownProblem(): string | null {
    // What failed at a start was said there. It may be tried again.
    if (this.#problem === null || this.#lostAt === null) return null
    return `${this.#problem} Trying again since ${this.#lostAt.toISOString().slice(0, 16)}Z.`
  }
}

const specOf = ({ name, title, language }: SshHost['kernels'][number], place: KernelPlace): KernelSpec => ({
  name: `${name.toLowerCase()}@${place.id}`,
  displayName: `${title} on ${place.title}`,
  language,
  argv: [],
  env: {},
  interruptMode: 'message',
  resourceDir: null,
  metadata: {},
  where: place,
})

/** One server for each user, project and host. The signer is of this user and project. */
export const keyOf = ({ id, target }: SshHost, signer: ProviderContext['signer']): string =>
  createHash('sha256')
    .update(signer.sign(JSON.stringify(['ssh-host', id, target])))
    .digest('hex')
    .slice(0, 32)
