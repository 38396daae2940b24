/**
 * Kernels that the notebook moved away from and that live on, by their session. Invariant: each is idle, is detached when
 * the server stops, and has its end in the log when it ends.
 */
import type { SessionId } from '../../contract/ids.ts'
import type { KernelLink } from './kernel-link.ts'
import type { Action } from './state.ts'

/** A kernel to which the notebook can go back. */
export interface KeptKernel {
  readonly link: KernelLink
  /** The place of its session's next run. */
  readonly nextOrder: number
}

type LogEnd = (end: Extract<Action, { type: 'logSessionEnded' }>, link: KernelLink) => void

export class KeptKernels {
  readonly #kept = new Map<SessionId, KeptKernel>()
  readonly #logEnd: LogEnd

  /** `logEnd`: the session of a kept kernel is over. */
  constructor(logEnd: LogEnd) {
    this.#logEnd = logEnd
  }

  get all(): readonly KeptKernel[] {
    return [...this.#kept.values()]
  }

  get(session: SessionId): KeptKernel | null {
    return this.#kept.get(session) ?? null
  }

  keep(kept: KeptKernel): void {
    this.#kept.set(kept.link.session, kept)
  }

  /** It is the notebook's own again. */
  take(session: SessionId): void {
    this.#kept.delete(session)
  }

  /** It died by itself. */
  died(link: KernelLink, reason: string): void {
    if (this.#kept.delete(link.session)) this.#logEnd(endOf(link, reason), link)
  }

  /** Ends one, or all. Settles when their processes are gone. */
  async end(reason: string, session?: SessionId): Promise<void> {
    const ending = this.all.filter(({ link }) => session === undefined || link.session === session)
    for (const { link } of ending) {
      this.#kept.delete(link.session)
      this.#logEnd(endOf(link, reason), link)
    }
    await Promise.all(ending.map(({ link }) => link.kernel.shutdown()))
  }

  /** The server stops: they live on. */
  detach(): void {
    for (const { link } of this.all) link.kernel.detach()
  }
}

const endOf = ({ session }: KernelLink, reason: string) =>
  ({ type: 'logSessionEnded', session, reason }) as const
