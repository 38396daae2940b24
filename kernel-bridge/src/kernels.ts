/** The door: starts kernels, keeps one ready, finds those that outlived their server. */
import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { agentFolder } from './agent-code.ts'
import { KernelStartError, type Problem, stopping } from './errors.ts'
import { findKernel } from './find.ts'
import type {
  FoundKernel,
  Kernel,
  KernelAddress,
  KernelSpec,
  Kernels,
  SpooledRun,
  StartOptions,
} from './kernel.ts'
import { clearWaiting, kernelFolder, readWaiting, removeFolder } from './kernel-folder.ts'
import { findKernelSpecs, type Interpreter } from './kernelspecs.ts'
import { type Plan, type Setting, startLife } from './life.ts'
import { LiveKernel } from './live-kernel.ts'
import type { JsonObject } from './message.ts'
import { Pool, type Waiting } from './pool.ts'
import { isRunning, watch } from './process.ts'
import { readSpool } from './spool.ts'
import type { TransportChoice } from './transport.ts'

export interface KernelsOptions {
  /** Where connection files, logs and spools stand; made with mode 700. */
  readonly runtimeDir: string
  /** Pythons to offer as kernels, before those on the search path. */
  readonly interpreters?: readonly Interpreter[]
  /** Options for the recording agent; null switches recording off. */
  readonly agentOptions?: JsonObject | null
  /** The folder of the agent's code. */
  readonly agentFolder?: string
  /** The environment that kernels inherit. Default: this process'. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Default 60,000. */
  readonly startTimeoutMs?: number
  /** `auto`: Unix sockets where they can be had, else TCP on the loopback. */
  readonly transport?: TransportChoice
  /** Refused messages, broken kernelspecs, failed prewarming: told here, in no case thrown. */
  readonly onProblem?: (problem: Problem) => void
}

/** The kernels of this machine. */
export function createKernels(options: KernelsOptions): Kernels {
  return new LocalKernels(options)
}

class LocalKernels implements Kernels {
  readonly #runtimeDir: string
  readonly #interpreters: readonly Interpreter[]
  readonly #setting: Setting
  readonly #live = new Set<LiveKernel>()
  readonly #starting = new Set<Promise<unknown>>()
  readonly #pool: Pool<Waiting & { readonly kernel: LiveKernel }>
  readonly #closing = new AbortController()
  #swept: Promise<void> | null = null

  constructor(options: KernelsOptions) {
    this.#runtimeDir = resolve(options.runtimeDir)
    this.#interpreters = options.interpreters ?? []
    const agentOptions = options.agentOptions === undefined ? {} : options.agentOptions
    const onProblem = options.onProblem ?? (() => undefined)
    this.#setting = {
      environment: options.environment ?? process.env,
      agent: agentOptions && { folder: options.agentFolder ?? agentFolder, options: agentOptions },
      startTimeoutMs: options.startTimeoutMs ?? 60_000,
      transport: options.transport ?? 'auto',
      onProblem,
      closing: this.#closing.signal,
    }
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

  start(options: StartOptions): Promise<Kernel> {
    const started = this.#start(options)
    this.#starting.add(started)
    const over = () => this.#starting.delete(started)
    started.then(over, over)
    return started
  }

  async #start(options: StartOptions): Promise<Kernel> {
    await this.#sweep()
    const ready = await this.#pool.take(options)
    const kernel = ready?.kernel ?? (await this.#startKernel(options))
    if (this.#closing.signal.aborted) {
      await kernel.shutdown({ graceMs: 0 })
      throw stopping(options.specName)
    }
    await clearWaiting(kernelFolder(this.#runtimeDir, kernel.id))
    this.#own(kernel)
    if (options.prewarm !== false) this.#pool.fill(options)
    return kernel
  }

  prewarm(options: StartOptions): void {
    void this.#sweep().then(() => this.#pool.fill(options))
  }

  async find(address: KernelAddress): Promise<FoundKernel | null> {
    await this.#sweep()
    const found = await findKernel(address, kernelFolder(this.#runtimeDir, address.kernelId), this.#setting)
    if (found !== null) this.#own(found.kernel)
    return found
  }

  salvage(address: KernelAddress): Promise<readonly SpooledRun[]> {
    return readSpool(kernelFolder(this.#runtimeDir, address.kernelId), {
      alive: false,
      onProblem: this.#setting.onProblem,
    })
  }

  forget(address: KernelAddress): Promise<void> {
    return removeFolder(kernelFolder(this.#runtimeDir, address.kernelId))
  }

  /** One that was still starting is ended in any case: nobody knows of it yet. */
  async close({ shutdown = false }: { readonly shutdown?: boolean } = {}): Promise<void> {
    this.#closing.abort()
    const live = [...this.#live]
    this.#live.clear()
    if (!shutdown) for (const kernel of live) kernel.detach()
    const ends = shutdown ? live.map((kernel) => kernel.shutdown()) : []
    await Promise.all([this.#pool.close(), Promise.allSettled(this.#starting), ...ends])
  }

  #own(kernel: LiveKernel): void {
    this.#live.add(kernel)
    kernel.on('dead', () => this.#live.delete(kernel))
  }

  async #startKernel(options: StartOptions): Promise<LiveKernel> {
    const plan = await this.#plan(options)
    try {
      return new LiveKernel(plan, this.#setting, await startLife(plan, this.#setting))
    } catch (error) {
      await removeFolder(plan.folder)
      throw error
    }
  }

  async #plan({ specName, cwd, env = {} }: StartOptions): Promise<Plan> {
    const specs = await this.specs()
    const spec = specs.find(({ name }) => name === specName.toLowerCase())
    if (spec === undefined) throw unknownSpec(specName, specs)
    const kernelId = randomUUID()
    return { kernelId, spec, cwd: resolve(cwd), env, folder: kernelFolder(this.#runtimeDir, kernelId) }
  }

  async #startWaiting(options: StartOptions): Promise<Waiting & { readonly kernel: LiveKernel }> {
    const kernel = await this.#startKernel(options)
    kernel.warm()
    return { kernel, answers: async () => kernel.status !== 'dead' && (await kernel.heartbeat()) }
  }

  /** Kernels that started or waited for a server that was killed are nobody's: they are ended once, before the first start. */
  #sweep(): Promise<void> {
    this.#swept ??= sweep(this.#runtimeDir)
    return this.#swept
  }
}

async function sweep(runtimeDir: string): Promise<void> {
  for (const kernelId of await readdir(runtimeDir).catch(() => [])) {
    const folder = kernelFolder(runtimeDir, kernelId)
    const waiting = await readWaiting(folder)
    if (waiting === null || isRunning(waiting.server)) continue
    end(waiting.kernel)
    // One that was to come back by a restart has a past that somebody will ask for.
    const past = await readdir(folder.spoolDir).catch(() => [])
    await (past.length === 0 ? removeFolder(folder) : clearWaiting(folder))
  }
}

function end(pid: number): void {
  const process = watch(pid)
  process?.signal('SIGKILL')
  process?.unwatch()
}

function unknownSpec(specName: string, specs: readonly KernelSpec[]): KernelStartError {
  const known = specs.map(({ name }) => name).join(', ') || 'none: no Python with ipykernel was found'
  return new KernelStartError(`There is no kernel "${specName}". Choose one of these: ${known}.`, {
    reason: 'unknown-spec',
    specName,
    program: null,
  })
}
