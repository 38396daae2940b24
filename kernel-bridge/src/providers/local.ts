/** Kernels of this machine: starts processes, keeps one ready, finds those that outlived their server. */
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { stopping, unknownSpec } from '../errors.ts'
import { findKernel } from '../find.ts'
import {
  type FoundKernel,
  type Kernel,
  type KernelAddress,
  type KernelHere,
  type KernelKey,
  type KernelObjects,
  type KernelPlace,
  type KernelSpec,
  LOCAL,
  type Ownership,
  type SpooledRun,
  type StartOptions,
} from '../kernel.ts'
import { kernelFolder, removeFolder } from '../kernel-folder.ts'
import { findKernelSpecs, type Interpreter } from '../kernelspecs.ts'
import { type Plan, type Setting, startLife } from '../life.ts'
import { LiveKernel } from '../live-kernel.ts'
import { localHost } from '../local-host.ts'
import { endOrphans, kernelsIn } from '../orphans.ts'
import { Pool, type Waiting } from '../pool.ts'
import { endProcess } from '../process.ts'
import { ownershipOf, readRecord } from '../process-record.ts'
import type { KernelProvider, MakeProvider, ProviderContext } from '../provider.ts'
import { spooledObjects } from '../spool-objects.ts'
import { KernelFolders, LiveKernels } from './own-kernels.ts'

export const localProvider: MakeProvider = (context) => new LocalKernels(context)

class LocalKernels implements KernelProvider {
  readonly id = LOCAL
  readonly title = 'This machine'
  readonly lacks = []
  readonly #runtimeDir: string
  readonly #interpreters: readonly Interpreter[]
  readonly #setting: Setting
  readonly #folders: KernelFolders
  readonly #live = new LiveKernels()
  readonly #pool: Pool<Waiting & { readonly kernel: LiveKernel }>
  readonly #closing = new AbortController()

  constructor(context: ProviderContext) {
    const { runtimeDirOf, interpreters, ...setting } = context
    const { onProblem } = context
    this.#runtimeDir = runtimeDirOf(LOCAL)
    this.#folders = new KernelFolders(this.#runtimeDir, onProblem)
    this.#interpreters = interpreters
    this.#setting = { ...setting, closing: this.#closing.signal }
    this.#pool = new Pool(
      (start) => this.#startWaiting(start),
      ({ specName }, error) => {
        const detail = `${specName}: ${String(error)}`
        if (!this.#closing.signal.aborted) onProblem({ kind: 'prewarm-failed', detail })
      },
    )
  }

  async specs(): Promise<readonly KernelSpec[]> {
    const { specs, problems } = await findKernelSpecs({
      interpreters: this.#interpreters,
      from: { env: this.#setting.environment },
    })
    for (const problem of problems) this.#setting.onProblem(problem)
    return specs
  }

  places(): Promise<readonly KernelPlace[]> {
    return Promise.resolve([])
  }

  /** Others name the place behind an `@`. */
  serves(specName: string): boolean {
    return !specName.includes('@')
  }

  start(options: StartOptions): Promise<Kernel> {
    return this.#live.starting(this.#start(options))
  }

  async #start(options: StartOptions): Promise<Kernel> {
    const ready = options.wrap === undefined ? await this.#pool.take(options) : null
    const kernel = ready?.kernel ?? (await this.#startKernel(options))
    if (this.#closing.signal.aborted) {
      await kernel.shutdown({ graceMs: 0 })
      throw stopping(options.specName)
    }
    this.#live.own(kernel)
    if (options.prewarm !== false && options.wrap === undefined) this.#pool.fill(options)
    return kernel
  }

  prewarm(options: StartOptions): void {
    this.#pool.fill(options)
  }

  async attach(address: KernelAddress): Promise<FoundKernel | null> {
    const folder = this.#folders.of(address)
    const found = folder && (await findKernel(address, folder, this.#setting))
    if (found !== null) this.#live.own(found.kernel)
    return found
  }

  salvage(address: KernelAddress): Promise<readonly SpooledRun[]> {
    return this.#folders.salvage(address)
  }

  moveSpool(address: KernelKey, target: string): Promise<readonly string[]> {
    return this.#folders.moveSpool(address, target)
  }

  async forget(address: KernelKey): Promise<void> {
    const folder = this.#folders.of(address)
    if (folder !== null) await removeFolder(folder)
  }

  list(): Promise<readonly KernelHere[]> {
    return kernelsIn(this.#runtimeDir, this.#setting.signer)
  }

  async ownership(address: KernelKey): Promise<Ownership> {
    const folder = this.#folders.of(address)
    return folder === null ? 'unknown' : ownershipOf(readRecord(folder, this.#setting.signer))
  }

  async end(address: KernelKey): Promise<boolean> {
    const folder = this.#folders.of(address)
    const process = folder && readRecord(folder, this.#setting.signer)?.process
    return process ? endProcess(process) : false
  }

  endOrphans(): Promise<number> {
    return endOrphans(this.#runtimeDir, this.#setting.signer)
  }

  async objectsOf(address: KernelKey): Promise<KernelObjects | null> {
    const folder = this.#folders.of(address)
    return folder && spooledObjects(folder.spoolDir)
  }

  /** Ends also those that no other program could find: that are still starting, or whose folder was removed. */
  async close({ shutdown }: { readonly shutdown: boolean }): Promise<void> {
    this.#closing.abort()
    const end = (kernel: LiveKernel) => (!shutdown && kernel.isFindable ? kernel.detach() : kernel.shutdown())
    await Promise.all([this.#live.close(end), this.#pool.close()])
  }

  async #startKernel(options: StartOptions): Promise<LiveKernel> {
    const plan = await this.#plan(options)
    try {
      const life = await startLife(plan, this.#setting)
      return new LiveKernel(localHost(plan, this.#setting), life)
    } catch (error) {
      await removeFolder(plan.folder)
      throw error
    }
  }

  async #plan({ specName, cwd, env = {}, wrap }: StartOptions): Promise<Plan> {
    const specs = await this.specs()
    const spec = specs.find(({ name }) => name === specName.toLowerCase())
    if (spec === undefined) throw unknownSpec(specName, specs)
    const kernelId = randomUUID()
    const folder = kernelFolder(this.#runtimeDir, kernelId)
    return { kernelId, spec, cwd: resolve(cwd), env, folder, ...(wrap && { wrap }) }
  }

  async #startWaiting(options: StartOptions): Promise<Waiting & { readonly kernel: LiveKernel }> {
    const kernel = await this.#startKernel(options)
    kernel.warm()
    return { kernel, answers: async () => kernel.status !== 'dead' && (await kernel.heartbeat()) }
  }
}
