/**
 * Kernels that cannot be had yet, because their Python is still being found or set up. Invariant: the page opens
 * meanwhile, and whoever asks for a kernel waits, or is told why there is none.
 */
import type {
  FoundKernel,
  Kernel,
  KernelAddress,
  KernelSpec,
  Kernels,
  SpooledRun,
  StartOptions,
} from '@yesterday/kernel-bridge'

/** `Kernels` on top of a promise of them. */
export class LateKernels implements Kernels {
  readonly #coming: Promise<Kernels>

  constructor(coming: Promise<Kernels>) {
    this.#coming = coming
    coming.catch(() => {})
  }

  async specs(): Promise<readonly KernelSpec[]> {
    return (await this.#coming).specs()
  }

  async start(options: StartOptions): Promise<Kernel> {
    return (await this.#coming).start(options)
  }

  async find(address: KernelAddress): Promise<FoundKernel | null> {
    return (await this.#coming).find(address)
  }

  async salvage(address: KernelAddress): Promise<readonly SpooledRun[]> {
    return (await this.#coming).salvage(address)
  }

  async forget(address: KernelAddress): Promise<void> {
    await (await this.#coming).forget(address)
  }

  prewarm(options: StartOptions): void {
    this.#coming.then(
      (kernels) => kernels.prewarm(options),
      () => {},
    )
  }

  async close(options?: { readonly shutdown?: boolean }): Promise<void> {
    const kernels = await Promise.race([this.#coming.catch(() => null), Promise.resolve(null)])
    await kernels?.close(options)
  }
}
