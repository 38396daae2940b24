/** Kernels on Jupyter servers, whichever provider they come from. */
import { randomUUID } from 'node:crypto'
import { KernelStartError, unknownSpec } from '../../errors.ts'
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
} from '../../kernel.ts'
import { kernelFolder, removeFolder } from '../../kernel-folder.ts'
import { LiveKernel } from '../../live-kernel.ts'
import type { KernelProvider, ProviderContext } from '../../provider.ts'
import { ElsewhereFolders } from '../elsewhere-folders.ts'
import { LiveKernels } from '../own-kernels.ts'
import { readPlace } from './place.ts'
import type { ServerSource } from './source.ts'

export class RemoteKernels implements KernelProvider {
  readonly id: string
  readonly title: string
  readonly lacks = ['project-folder', 'sandbox', 'process', 'prewarm'] as const
  readonly #context: ProviderContext
  readonly #runtimeDir: string
  readonly #source: ServerSource
  readonly #folders: ElsewhereFolders
  readonly #live = new LiveKernels()
  #isClosing = false

  constructor(source: ServerSource, context: ProviderContext) {
    this.id = source.provider
    this.title = source.title
    this.#source = source
    this.#context = context
    this.#runtimeDir = context.runtimeDirOf(source.provider)
    this.#folders = new ElsewhereFolders(this.#runtimeDir, context)
  }

  async places(): Promise<readonly KernelPlace[]> {
    return (await this.#source.looks()).map(({ place }) => place)
  }

  async specs(): Promise<readonly KernelSpec[]> {
    return (await this.#source.looks()).flatMap(({ specs }) => specs)
  }

  serves(specName: string): boolean {
    return this.#source.has(placeOf(specName))
  }

  start(options: StartOptions): Promise<Kernel> {
    return this.#live.starting(this.#start(options))
  }

  async #start({ specName }: StartOptions): Promise<Kernel> {
    const { server, look, ...found } = await this.#reach(specName)
    const spec = look.specs.find(({ name }) => name === specName.toLowerCase())
    if (spec === undefined) throw unknownSpec(specName, look.specs)
    const kernelId = randomUUID()
    const folder = kernelFolder(this.#runtimeDir, kernelId)
    const remoteName = look.remoteNames.get(spec.name) ?? ''
    const plan = { ...found, provider: this.id, kernelId, spec, remoteName, server, folder }
    const { remoteHost, startRemoteLife } = await import('./remote-life.ts')
    const life = await startRemoteLife(plan, this.#context).catch(async (error: unknown) => {
      await removeFolder(folder)
      throw error
    })
    const kernel = new LiveKernel(remoteHost(plan, this.#context, life), life)
    this.#live.own(kernel)
    if (this.#isClosing) await kernel.shutdown({ graceMs: 0 })
    return kernel
  }

  /** The server of a kernel's name, which answers. */
  async #reach(specName: string) {
    const unreachable = (problem: string) =>
      new KernelStartError(problem, { reason: 'unreachable', specName, program: null })
    const reached = await this.#source.reach(placeOf(specName)).catch((error: unknown) => {
      throw unreachable(error instanceof Error ? error.message : String(error))
    })
    const { problem } = reached.look.place
    if (problem !== null) throw unreachable(problem)
    return reached
  }

  prewarm(): void {}

  async attach(address: KernelAddress): Promise<FoundKernel | null> {
    const folder = this.#folders.of(address)
    if (folder === null) return null
    const { findRemote } = await import('./remote-find.ts')
    const found = await findRemote(address, folder, this.#source, this.#context)
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

  forget(key: KernelKey): Promise<void> {
    return this.#folders.forget(key, (one) => this.end(one))
  }

  async list(): Promise<readonly KernelHere[]> {
    const folders = await this.#folders.all()
    return folders.map(({ kernelId }) => {
      const key = { provider: this.id, kernelId }
      return { ...key, ownership: this.#folders.ownership(key), pid: null }
    })
  }

  async ownership(key: KernelKey): Promise<Ownership> {
    return this.#folders.ownership(key)
  }

  async end(key: KernelKey): Promise<boolean> {
    const folder = this.#folders.of(key)
    const place = folder && (await readPlace(folder, this.#context.signer))
    if (place === null) return false
    try {
      const found = await this.#source.find(place.server)
      if (found === null) return false
      const { JupyterRest } = await import('./rest.ts')
      return await new JupyterRest(found.server).shutdown(place.kernel)
    } catch (error) {
      this.#context.onProblem({ kind: 'background-failed', detail: `ending a kernel: ${String(error)}` })
      return false
    }
  }

  async endOrphans(): Promise<number> {
    return this.#folders.endOrphans(await this.list(), (key) => this.end(key))
  }

  async close({ shutdown }: { readonly shutdown: boolean }): Promise<void> {
    this.#isClosing = true
    await this.#live.close((kernel) => (shutdown ? kernel.shutdown() : kernel.detach()))
    await this.#source.close()
  }
}

/** Behind the last `@`; no place for the name of a kernel of this machine. */
function placeOf(specName: string): string {
  const at = specName.lastIndexOf('@')
  return at < 0 ? '' : specName.slice(at + 1).toLowerCase()
}
