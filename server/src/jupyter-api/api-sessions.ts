/**
 * Sessions as Jupyter clients know them: a path with a kernel. Invariant: a notebook of the project has one, that of its
 * own kernel; other paths, which need not exist, have what clients made.
 */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path/posix'
import type { JupyterSession } from '../../contract/jupyter-api.ts'
import { type HostedKernel, kernelModel, uuidOf } from './hosted-kernel.ts'
import type { KernelRegistry } from './kernel-registry.ts'
import type { NotebookKernel } from './notebook-kernel.ts'

/** A session with the kernel behind it. `notebook` is null for one that a client made. */
export interface ApiSession {
  readonly model: JupyterSession
  readonly kernel: HostedKernel
  readonly notebook: NotebookKernel | null
}

/** What a client says of a session of its own. */
export interface SessionFacts {
  readonly path: string
  readonly name: string
  readonly type: string
}

interface Made extends SessionFacts {
  readonly kernelId: string
}

/** Sessions that clients may have made at one time. */
const MOST_MADE = 1_000

export class ApiSessions {
  readonly #kernels: Pick<KernelRegistry, 'get' | 'notebooks'>
  readonly #made = new Map<string, Made>()

  constructor(kernels: Pick<KernelRegistry, 'get' | 'notebooks'>) {
    this.#kernels = kernels
  }

  /** A session whose kernel is gone is gone too. */
  async list(): Promise<readonly ApiSession[]> {
    const notebooks = (await this.#kernels.notebooks()).map(notebookSession)
    const made = await Promise.all([...this.#made].map(([id, facts]) => this.#ofMade(id, facts)))
    return [...notebooks, ...made.filter((session) => session !== null)]
  }

  async get(id: string): Promise<ApiSession | null> {
    return (await this.list()).find(({ model }) => model.id === id) ?? null
  }

  async ofPath(path: string): Promise<ApiSession | null> {
    return (await this.list()).find(({ model }) => model.path === path) ?? null
  }

  /** The oldest goes where there are too many; its kernel stays. */
  make(facts: SessionFacts, kernel: HostedKernel): ApiSession {
    const id = randomUUID()
    this.#made.set(id, { ...facts, kernelId: kernel.id })
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= MOST_MADE) break
      this.#made.delete(oldest)
    }
    return made(id, facts, kernel)
  }

  /** Changes a session that a client made. */
  change(id: string, change: Partial<SessionFacts>, kernel: HostedKernel): ApiSession | null {
    const before = this.#made.get(id)
    if (before === undefined) return null
    const after = { ...before, ...change, kernelId: kernel.id }
    this.#made.set(id, after)
    return made(id, after, kernel)
  }

  forget(id: string): void {
    this.#made.delete(id)
  }

  async #ofMade(id: string, facts: Made): Promise<ApiSession | null> {
    const kernel = await this.#kernels.get(facts.kernelId)
    if (kernel === null) this.#made.delete(id)
    return kernel && made(id, facts, kernel)
  }
}

const made = (id: string, facts: SessionFacts, kernel: HostedKernel): ApiSession => ({
  model: modelOf(id, facts, kernel),
  kernel,
  notebook: null,
})

/** The session of a notebook's own kernel. */
export function notebookSession(notebook: NotebookKernel): ApiSession {
  const { id, path } = notebook.visit.document
  const facts = { path, name: basename(path), type: 'notebook' }
  return { model: modelOf(uuidOf('session', id), facts, notebook), kernel: notebook, notebook }
}

function modelOf(id: string, { path, name, type }: SessionFacts, kernel: HostedKernel): JupyterSession {
  const model = { id, path, name, type, kernel: kernelModel(kernel) }
  return type === 'notebook' ? { ...model, notebook: { path, name } } : model
}
