/**
 * Kernels that are not available yet, because their Python is still being found or set up. Invariant: the page opens
 * meanwhile; a request for a kernel waits, or is refused with the reason.
 */
import type {
  FoundKernel,
  Kernel,
  KernelAddress,
  KernelHere,
  KernelKey,
  KernelObjects,
  KernelPlace,
  KernelSpec,
  Kernels,
  Ownership,
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

  async places(): Promise<readonly KernelPlace[]> {
    return (await this.#coming).places()
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

  async moveSpool(address: KernelKey, target: string): Promise<readonly string[]> {
    return (await this.#coming).moveSpool(address, target)
  }

  async forget(address: KernelKey): Promise<void> {
    await (await this.#coming).forget(address)
  }

  async list(): Promise<readonly KernelHere[]> {
    return (await this.#coming).list()
  }

  async ownership(address: KernelKey): Promise<Ownership> {
    return (await this.#coming).ownership(address)
  }

  async end(address: KernelKey): Promise<boolean> {
    return (await this.#coming).end(address)
  }

  async endOrphans(): Promise<number> {
    return (await this.#coming).endOrphans()
  }

  async objectsOf(address: KernelKey): Promise<KernelObjects | null> {
    return (await this.#coming).objectsOf(address)
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
