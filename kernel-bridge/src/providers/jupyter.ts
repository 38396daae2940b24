/** Kernels of Jupyter servers and gateways that the user added. */
import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { KernelStartError, unknownSpec } from '../errors.ts'
import type {
  FoundKernel,
  Kernel,
  KernelAddress,
  KernelHere,
  KernelKey,
  KernelPlace,
  KernelSpec,
  Ownership,
  SpooledRun,
  StartOptions,
} from '../kernel.ts'
import { isKernelId, isRealFolder, type KernelFolder, kernelFolder, removeFolder } from '../kernel-folder.ts'
import { LiveKernel } from '../live-kernel.ts'
import { ownershipOf, readRecord } from '../process-record.ts'
import type { KernelProvider, MakeProvider, ProviderContext } from '../provider.ts'
import { readPlace } from './jupyter/place.ts'
import { JupyterServer } from './jupyter/server.ts'
import { ServerLook } from './jupyter/server-look.ts'
import { KernelFolders, LiveKernels } from './own-kernels.ts'

const JUPYTER = 'jupyter'

export const jupyterProvider: MakeProvider = (context) => new JupyterKernels(context)

class JupyterKernels implements KernelProvider {
  readonly id = JUPYTER
  readonly title = 'Jupyter servers'
  readonly lacks = ['project-folder', 'sandbox', 'process', 'prewarm'] as const
  readonly #context: ProviderContext
  readonly #runtimeDir: string
  readonly #looks = new ServerLook()
  readonly #folders: KernelFolders
  readonly #live = new LiveKernels()
  #isClosing = false

  constructor(context: ProviderContext) {
    this.#context = context
    this.#runtimeDir = context.runtimeDirOf(JUPYTER)
    this.#folders = new KernelFolders(this.#runtimeDir, context.onProblem)
  }

  async places(): Promise<readonly KernelPlace[]> {
    return (await this.#looks.at(this.#servers())).map(({ place }) => place)
  }

  async specs(): Promise<readonly KernelSpec[]> {
    return (await this.#looks.at(this.#servers())).flatMap(({ specs }) => specs)
  }

  serves(specName: string): boolean {
    return this.#serverOf(specName) !== null
  }

  start(options: StartOptions): Promise<Kernel> {
    return this.#live.starting(this.#start(options))
  }

  async #start({ specName }: StartOptions): Promise<Kernel> {
    const server = this.#serverOf(specName)
    if (server === null) throw unknownSpec(specName, [])
    const [look] = await this.#looks.at([server], { isFresh: true })
    const problem = look?.place.problem ?? null
    if (problem !== null)
      throw new KernelStartError(problem, { reason: 'unreachable', specName, program: null })
    const spec = look?.specs.find(({ name }) => name === specName.toLowerCase())
    if (look === undefined || spec === undefined) throw unknownSpec(specName, look?.specs ?? [])
    const kernelId = randomUUID()
    const folder = kernelFolder(this.#runtimeDir, kernelId)
    const remoteName = look.remoteNames.get(spec.name) ?? ''
    const plan = { kernelId, spec, remoteName, server, folder }
    const { remoteHost, startRemoteLife } = await import('./jupyter/remote-life.ts')
    const life = await startRemoteLife(plan, this.#context).catch(async (error: unknown) => {
      await removeFolder(folder)
      throw error
    })
    const kernel = new LiveKernel(remoteHost(plan, this.#context, life), life)
    this.#live.own(kernel)
    if (this.#isClosing) await kernel.shutdown({ graceMs: 0 })
    return kernel
  }

  prewarm(): void {}

  async attach(address: KernelAddress): Promise<FoundKernel | null> {
    const folder = this.#folders.of(address)
    if (folder === null) return null
    const { findRemote } = await import('./jupyter/remote-find.ts')
    const found = await findRemote(address, folder, this.#servers(), this.#context)
    if (found !== null) this.#live.own(found.kernel)
    return found
  }

  salvage(address: KernelAddress): Promise<readonly SpooledRun[]> {
    return this.#folders.salvage(address)
  }

  moveSpool(key: KernelKey, target: string): Promise<readonly string[]> {
    return this.#folders.moveSpool(key, target)
  }

  /** Values are on the server, with the kernel; what is gone has none. */
  async objectsOf(): Promise<null> {
    return null
  }

  async forget(key: KernelKey): Promise<void> {
    const folder = this.#folders.of(key)
    if (folder === null) return
    await this.end(key)
    await removeFolder(folder)
  }

  async list(): Promise<readonly KernelHere[]> {
    const folders = await this.#realFolders()
    const all = folders.map(async ({ kernelId }) => {
      const key = { provider: JUPYTER, kernelId }
      return { ...key, ownership: await this.ownership(key), pid: null }
    })
    return Promise.all(all)
  }

  async ownership(key: KernelKey): Promise<Ownership> {
    const folder = this.#folders.of(key)
    const record = folder && readRecord(folder, this.#context.signer)
    if (record === null) return 'unknown'
    return record.owner === null ? 'free' : ownershipOf(record)
  }

  async end(key: KernelKey): Promise<boolean> {
    const folder = this.#folders.of(key)
    const place = folder && (await readPlace(folder, this.#context.signer))
    const server = this.#servers().find(({ id }) => id === place?.server)
    if (place === null || server === undefined) return false
    const { JupyterRest } = await import('./jupyter/rest.ts')
    return new JupyterRest(server).shutdown(place.kernel).catch((error: unknown) => {
      this.#context.onProblem({ kind: 'background-failed', detail: `ending a kernel: ${String(error)}` })
      return false
    })
  }

  async endOrphans(): Promise<number> {
    let ended = 0
    for (const { ownership, ...key } of await this.list()) {
      if (ownership !== 'orphaned') continue
      if (await this.end(key)) ended += 1
      const folder = this.#folders.of(key)
      const spooled = folder === null ? [] : await readdir(folder.spoolDir).catch(() => [])
      if (folder !== null && spooled.length === 0) await removeFolder(folder)
    }
    return ended
  }

  async close({ shutdown }: { readonly shutdown: boolean }): Promise<void> {
    this.#isClosing = true
    await this.#live.close((kernel) => (shutdown ? kernel.shutdown() : kernel.detach()))
  }

  /** What is not a server is a problem, and hides no other. */
  #servers(): readonly JupyterServer[] {
    return this.#context.connections.list(JUPYTER).flatMap((one) => {
      const read = JupyterServer.safeParse(one)
      return read.success ? [read.data] : []
    })
  }

  #serverOf(specName: string): JupyterServer | null {
    const at = specName.lastIndexOf('@')
    const id = at < 0 ? '' : specName.slice(at + 1).toLowerCase()
    return this.#servers().find((server) => server.id === id) ?? null
  }

  async #realFolders(): Promise<readonly KernelFolder[]> {
    const names = (await readdir(this.#runtimeDir).catch(() => [])).filter(isKernelId)
    const folders = names.map((name) => kernelFolder(this.#runtimeDir, name))
    const real = await Promise.all(folders.map(isRealFolder))
    return folders.filter((_, place) => real[place])
  }
}
