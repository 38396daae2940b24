/**
 * The kernels that Jupyter clients can reach: those of the notebooks' sessions, and those that clients started. Invariant:
 * an id names at most one, and a notebook's kernel keeps its id as long as the notebook keeps its own.
 */
import { randomUUID } from 'node:crypto'
import type { Sessions } from '../session/sessions.ts'
import { FreeKernel, type FreeOptions, type FreeParts } from './free-kernel.ts'
import type { HostedKernel } from './hosted-kernel.ts'
import { NotebookKernel, notebookKernelId } from './notebook-kernel.ts'

/** Kernels that clients may have started at one time. */
const MOST_FREE = 100

export type FreeStart = Omit<FreeOptions, 'id' | 'name' | 'onEnded'> & {
  /** The client's own choice of an id, and of a name. */
  readonly id: string | null
  readonly name: string | null
}

/** Too many kernels, or an id that is in use. */
export class KernelConflictError extends Error {}

export class KernelRegistry {
  readonly #parts: FreeParts
  readonly #sessions: Pick<Sessions, 'visit' | 'withKernel'>
  readonly #free = new Map<string, FreeKernel>()
  readonly #notebooks = new Map<string, Promise<NotebookKernel | null>>()
  #starting = 0

  constructor(parts: FreeParts, sessions: Pick<Sessions, 'visit' | 'withKernel'>) {
    this.#parts = parts
    this.#sessions = sessions
  }

  async list(): Promise<readonly HostedKernel[]> {
    return [...(await this.notebooks()), ...this.#free.values()]
  }

  /** Whether a kernel that a client started runs code. */
  get hasBusyFree(): boolean {
    return [...this.#free.values()].some(({ state }) => state === 'busy')
  }

  /** Those of the notebooks' sessions. */
  async notebooks(): Promise<readonly NotebookKernel[]> {
    const found = await Promise.all(this.#sessions.withKernel().map((id) => this.ofNotebook(id)))
    return found.filter((kernel) => kernel !== null)
  }

  has(id: string): boolean {
    return this.#free.has(id) || this.documentOf(id) !== null
  }

  async get(id: string): Promise<HostedKernel | null> {
    const documentId = this.documentOf(id)
    return documentId === null ? (this.#free.get(id) ?? null) : this.ofNotebook(documentId)
  }

  /** The kernel of a notebook's session; null where it has none, and none is starting. */
  async ofNotebook(documentId: string): Promise<NotebookKernel | null> {
    const known = this.#notebooks.get(documentId)
    if (known !== undefined) return known
    const opening = this.#visit(documentId)
    this.#notebooks.set(documentId, opening)
    const opened = await opening.catch(() => null)
    if (opened === null) this.#notebooks.delete(documentId)
    return opened
  }

  /** Throws the reason where no kernel starts, or `KernelConflictError`. */
  async start({ id: asked, name, ...options }: FreeStart): Promise<FreeKernel> {
    if (asked !== null && this.has(asked))
      throw new KernelConflictError(`There is a kernel ${asked} already.`)
    if (this.#free.size + this.#starting >= MOST_FREE)
      throw new KernelConflictError(`There are ${MOST_FREE} kernels already. Shut one down.`)
    this.#starting++
    try {
      const id = asked ?? randomUUID()
      const named = { id, name: name ?? `kernel-${id.slice(0, 8)}` }
      const onEnded = () => this.forget(id)
      const kernel = await FreeKernel.start(this.#parts, { ...options, ...named, onEnded })
      this.#free.set(id, kernel)
      return kernel
    } finally {
      this.#starting--
    }
  }

  /** A kernel that a client started is not listed once it was shut down. */
  forget(id: string): void {
    this.#free.delete(id)
  }

  /** The server stops: kernels of notebooks live on, the others end. */
  async close(): Promise<void> {
    const notebooks = await Promise.all(this.#notebooks.values())
    for (const kernel of notebooks) kernel?.leave()
    const free = [...this.#free.values()]
    this.#free.clear()
    this.#notebooks.clear()
    await Promise.allSettled(free.map((kernel) => kernel.close()))
  }

  async #visit(documentId: string): Promise<NotebookKernel | null> {
    const visit = await this.#sessions.visit(documentId)
    if (visit === null) return null
    if (visit.session.view().kernel.state !== 'none')
      return new NotebookKernel(visit, () => this.#notebooks.delete(documentId))
    visit.leave()
    return null
  }

  /** The notebook whose kernel it is; null for a kernel that a client started, and where there is none. */
  documentOf(id: string): string | null {
    return this.#sessions.withKernel().find((documentId) => notebookKernelId(documentId) === id) ?? null
  }
}
