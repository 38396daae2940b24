/** All kernels: each question goes to the provider that a kernelspec or an address names. */
import { join, resolve } from 'node:path'
import { agentFolder } from './agent-code.ts'
import { KernelStartError, type Problem, unknownSpec } from './errors.ts'
import {
  type FoundKernel,
  type Kernel,
  type KernelAddress,
  type KernelHere,
  type KernelKey,
  type KernelObjects,
  type KernelPlace,
  type KernelSpec,
  type Kernels,
  LOCAL,
  type Ownership,
  type SpooledRun,
  type StartOptions,
} from './kernel.ts'
import type { Interpreter } from './kernelspecs.ts'
import type { JsonObject } from './message.ts'
import type { Signer } from './process-record.ts'
import type { Connections, KernelProvider, MakeProvider } from './provider.ts'
import { PROVIDERS } from './providers/list.ts'
import type { TransportChoice } from './transport.ts'

export interface KernelsOptions {
  /** The folder of connection files, logs and spools; created with mode 700. */
  readonly runtimeDir: string
  /** Signs what says which process is ours; its key lies outside of the runtime directory. */
  readonly signer: Signer
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
  /** Servers and hosts that the user added. Default none. */
  readonly connections?: Connections
  /** Receives refused messages, broken kernelspecs and failed prewarming; these are never thrown. */
  readonly onProblem?: (problem: Problem) => void
}

/** The kernels of this machine, and of the places that the user added. */
export function createKernels(
  options: KernelsOptions,
  providers: readonly MakeProvider[] = PROVIDERS,
): Kernels {
  return new ProvidedKernels(options, providers)
}

class ProvidedKernels implements Kernels {
  readonly #providers: readonly KernelProvider[]

  constructor(options: KernelsOptions, providers: readonly MakeProvider[]) {
    this.#providers = providers.map((make) => made(make, options))
  }

  async places(): Promise<readonly KernelPlace[]> {
    return (await Promise.all(this.#providers.map((provider) => provider.places()))).flat()
  }

  async specs(): Promise<readonly KernelSpec[]> {
    return (await Promise.all(this.#providers.map((provider) => provider.specs()))).flat()
  }

  async start(options: StartOptions): Promise<Kernel> {
    const provider = this.#serving(options.specName)
    if (provider === null) throw unknownSpec(options.specName, await this.specs())
    if (options.wrap !== undefined && provider.lacks.includes('sandbox')) throw noSandbox(options, provider)
    return provider.start(options)
  }

  prewarm(options: StartOptions): void {
    const provider = this.#serving(options.specName)
    if (provider !== null && !provider.lacks.includes('prewarm')) provider.prewarm(options)
  }

  async find(address: KernelAddress): Promise<FoundKernel | null> {
    return (await this.#of(address)?.attach(address)) ?? null
  }

  async salvage(address: KernelAddress): Promise<readonly SpooledRun[]> {
    return (await this.#of(address)?.salvage(address)) ?? []
  }

  async moveSpool(key: KernelKey, target: string): Promise<readonly string[]> {
    return (await this.#of(key)?.moveSpool(key, target)) ?? []
  }

  async objectsOf(key: KernelKey): Promise<KernelObjects | null> {
    return (await this.#of(key)?.objectsOf(key)) ?? null
  }

  async forget(key: KernelKey): Promise<void> {
    await this.#of(key)?.forget(key)
  }

  async list(): Promise<readonly KernelHere[]> {
    return (await Promise.all(this.#providers.map((provider) => provider.list()))).flat()
  }

  async ownership(key: KernelKey): Promise<Ownership> {
    return (await this.#of(key)?.ownership(key)) ?? 'unknown'
  }

  async end(key: KernelKey): Promise<boolean> {
    return (await this.#of(key)?.end(key)) ?? false
  }

  async endOrphans(): Promise<number> {
    const ended = await Promise.all(this.#providers.map((provider) => provider.endOrphans()))
    return ended.reduce((sum, count) => sum + count, 0)
  }

  async close({ shutdown = false }: { readonly shutdown?: boolean } = {}): Promise<void> {
    await Promise.all(this.#providers.map((provider) => provider.close({ shutdown })))
  }

  #serving(specName: string): KernelProvider | null {
    return this.#providers.find((provider) => provider.serves(specName)) ?? null
  }

  #of({ provider }: Pick<KernelKey, 'provider'>): KernelProvider | null {
    return this.#providers.find(({ id }) => id === provider) ?? null
  }
}

function made(make: MakeProvider, options: KernelsOptions): KernelProvider {
  const agentOptions = options.agentOptions === undefined ? {} : options.agentOptions
  const context = {
    signer: options.signer,
    connections: options.connections ?? { list: () => [] },
    interpreters: options.interpreters ?? [],
    agent: agentOptions && { folder: options.agentFolder ?? agentFolder, options: agentOptions },
    environment: options.environment ?? process.env,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    transport: options.transport ?? 'auto',
    onProblem: options.onProblem ?? (() => undefined),
  } as const
  const dir = resolve(options.runtimeDir)
  return make({ ...context, runtimeDirOf: (id) => (id === LOCAL ? dir : join(dir, `.${id}`)) })
}

function noSandbox({ specName }: StartOptions, { title }: KernelProvider): KernelStartError {
  const why = `kernels of "${title}" cannot be kept from changing the project. Choose a kernel of this machine`
  return new KernelStartError(`The kernel "${specName}" was not started for a replay: ${why}.`, {
    reason: 'no-sandbox',
    specName,
    program: null,
  })
}
