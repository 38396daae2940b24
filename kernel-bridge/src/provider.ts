/**
 * Where kernels come from: this machine, a Jupyter server, a cluster. A provider is one file in `providers/` and one line
 * in `providers/list.ts` (docs/extending/kernel-providers.md). Invariant: only the provider reads the `place` of its
 * addresses; pids, ports and local paths of its kernels stay inside of it.
 */
import type { Problem } from './errors.ts'
import type {
  FoundKernel,
  Kernel,
  KernelAbility,
  KernelAddress,
  KernelHere,
  KernelKey,
  KernelObjects,
  KernelPlace,
  KernelSpec,
  Ownership,
  SpooledRun,
  StartOptions,
} from './kernel.ts'
import type { Interpreter } from './kernelspecs.ts'
import type { JsonObject } from './message.ts'
import type { Signer } from './process-record.ts'
import type { TransportChoice } from './transport.ts'

/** What the user configured of a provider: one entry a server or host, in the provider's own format. */
export interface Connections {
  list(provider: string): readonly unknown[]
}

/** What a provider is given. */
export interface ProviderContext {
  /** The folder of the provider with this id for what has to outlive the program. The provider creates it with mode 700. */
  readonly runtimeDirOf: (id: string) => string
  /** Signs what the provider writes there: the folder may have come with a project. */
  readonly signer: Signer
  readonly connections: Connections
  /** Pythons to offer as kernels, before those on the search path. */
  readonly interpreters: readonly Interpreter[]
  /** The recording agent; null where recording is switched off. */
  readonly agent: { readonly folder: string; readonly options: JsonObject } | null
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly startTimeoutMs: number
  readonly transport: TransportChoice
  /** Takes refusals and faults that no caller waits for. */
  readonly onProblem: (problem: Problem) => void
}

/** Starts kernels of one kind, and finds them again. Errors that users see are `KernelStartError`. */
export interface KernelProvider {
  /** `[a-z-]+`; written into each address. */
  readonly id: string
  /** For people: `This machine`. */
  readonly title: string
  /** What its kernels cannot do. The caller refuses, or leaves out, what depends on it. */
  readonly lacks: readonly KernelAbility[]

  /** The places it can reach, with what is wrong with each. Empty for this machine. Never rejects. */
  places(): Promise<readonly KernelPlace[]>
  /** Kernels that can be started. Names are unique among all providers: `NAME@PLACE` elsewhere than here. Never rejects. */
  specs(): Promise<readonly KernelSpec[]>
  /** True for the name of a kernel that this provider starts. Asks no network. */
  serves(specName: string): boolean
  start(options: StartOptions): Promise<Kernel>
  /** Makes a kernel ready for the next `start`, where it can. Never rejects. */
  prewarm(options: StartOptions): void

  /** Finds a kernel that outlived its server. Null where it is gone, or not proven to be ours. */
  attach(address: KernelAddress): Promise<FoundKernel | null>
  /** The unacknowledged runs of a kernel that is gone; one that was going on has `died`. */
  salvage(address: KernelAddress): Promise<readonly SpooledRun[]>
  /** Moves what was spooled of the kernel's runs, but for objects, to the folder `target`. Returns the names of the files. */
  moveSpool(key: KernelKey, target: string): Promise<readonly string[]>
  /** The bytes that the kernel's runs left. Null where there are none to be had. */
  objectsOf(key: KernelKey): Promise<KernelObjects | null>
  /** Removes what is kept of a kernel that is gone. */
  forget(key: KernelKey): Promise<void>

  /** Kernels that this runtime directory knows. */
  list(): Promise<readonly KernelHere[]>
  ownership(key: KernelKey): Promise<Ownership>
  /** Ends a kernel that is proven ours. False if it did not run. */
  end(key: KernelKey): Promise<boolean>
  /** Ends kernels whose owner is gone. Returns how many ran. */
  endOrphans(): Promise<number>
  /** Detaches live kernels, or shuts them down. No kernel that is starting survives. */
  close(options: { readonly shutdown: boolean }): Promise<void>
}

/** What a line of `providers/list.ts` names. */
export type MakeProvider = (context: ProviderContext) => KernelProvider
