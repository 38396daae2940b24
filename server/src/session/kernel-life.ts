/**
 * The kernels of one session host, one after another. Invariant: at most one is linked; one that starts for a session
 * that is gone is ended again, and messages of an old one never count for a new one.
 */
import type { Kernels, StartNotice } from '@yesterday/kernel-bridge'
import type { SessionId } from '../../contract/ids.ts'
import { KernelLink } from './kernel-link.ts'
import { startProblem } from './kernel-problem.ts'

export interface KernelLifeOptions {
  readonly kernels: Kernels
  readonly cwd: () => string
  readonly env?: Readonly<Record<string, string>>
  readonly defaultSpec: () => Promise<string>
  readonly prewarm: boolean
  /** False where the session was overtaken meanwhile. */
  readonly isWanted: (session: SessionId) => boolean
  /** Settles when the log has the end of the session before. Never rejects. */
  readonly pastIsLogged: () => Promise<unknown>
  readonly onStarted: (link: KernelLink) => void
  /** Why the kernel of the session is not there yet. */
  readonly onNotice: (session: SessionId, notice: StartNotice) => void
  readonly onFailed: (session: SessionId, problem: string) => void
}

export class KernelLife {
  readonly #options: KernelLifeOptions
  #link: KernelLink | null = null
  #starting: AbortController | null = null

  constructor(options: KernelLifeOptions) {
    this.#options = options
  }

  /** The kernel that is there now, alive or dead. */
  get link(): KernelLink | null {
    return this.#link
  }

  async start(session: SessionId, spec: string | null): Promise<void> {
    const { kernels, cwd, env = {}, defaultSpec, prewarm, pastIsLogged, isWanted, onNotice } = this.#options
    const starting = new AbortController()
    this.#starting = starting
    try {
      const specName = spec ?? (await defaultSpec())
      const options = { specName, cwd: cwd(), env, prewarm, signal: starting.signal }
      const kernel = await kernels.start({ ...options, onNotice: (notice) => onNotice(session, notice) })
      await pastIsLogged()
      if (!isWanted(session)) return await kernel.shutdown({ graceMs: 0 })
      this.#link = new KernelLink(session, kernel)
      this.#options.onStarted(this.#link)
    } catch (error) {
      this.#options.onFailed(session, startProblem(error))
    }
  }

  /** Another process in every case; it starts while the old one ends. */
  async restart(session: SessionId, spec: string | null): Promise<void> {
    this.giveUp()
    const specName = spec ?? this.#link?.kernel.spec.name ?? null
    const ended = this.shutdown()
    await this.start(session, specName)
    await ended
  }

  /** Cancels the start that is going on, where it waits. */
  giveUp(): void {
    this.#starting?.abort()
    this.#starting = null
  }

  async shutdown(options?: { readonly graceMs: number }): Promise<void> {
    const link = this.#link
    this.#link = null
    await link?.kernel.shutdown(options)
  }

  /** Takes a kernel that outlived its server, or to which the notebook moved. Returns the one before. */
  adopt(link: KernelLink): KernelLink | null {
    const before = this.#link
    this.#link = link
    return before
  }

  /** Lets the kernel live on without us. */
  detach(): void {
    this.#link?.kernel.detach()
  }
}
