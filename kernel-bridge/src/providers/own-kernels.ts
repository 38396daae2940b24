/** What every provider does with the kernels that this program holds, and with what their runs left on this disk. */
import type { Kernel, KernelKey, SpooledRun } from '../kernel.ts'
import { isKernelId, type KernelFolder, kernelFolder } from '../kernel-folder.ts'
import type { LiveKernel } from '../live-kernel.ts'
import type { ProviderContext } from '../provider.ts'
import { moveSpool, readSpool } from '../spool.ts'

/** Kernels that live, and starts that are not over. */
export class LiveKernels {
  readonly #live = new Set<LiveKernel>()
  readonly #starting = new Set<Promise<unknown>>()

  /** A start, until it is over. */
  starting(started: Promise<Kernel>): Promise<Kernel> {
    this.#starting.add(started)
    const over = () => this.#starting.delete(started)
    started.then(over, over)
    return started
  }

  own(kernel: LiveKernel): void {
    this.#live.add(kernel)
    kernel.on('dead', () => this.#live.delete(kernel))
  }

  /** Ends each, and waits for the starts. */
  async close(end: (kernel: LiveKernel) => void | Promise<void>): Promise<void> {
    const live = [...this.#live]
    this.#live.clear()
    await Promise.all([Promise.allSettled(this.#starting), ...live.map(end)])
  }
}

/** The folders of kernels in a provider's runtime directory. */
export class KernelFolders {
  readonly #runtimeDir: string
  readonly #onProblem: ProviderContext['onProblem']

  constructor(runtimeDir: string, onProblem: ProviderContext['onProblem']) {
    this.#runtimeDir = runtimeDir
    this.#onProblem = onProblem
  }

  /** Null for what is no id of a kernel. */
  of({ kernelId }: Pick<KernelKey, 'kernelId'>): KernelFolder | null {
    return isKernelId(kernelId) ? kernelFolder(this.#runtimeDir, kernelId) : null
  }

  async salvage(key: Pick<KernelKey, 'kernelId'>): Promise<readonly SpooledRun[]> {
    const folder = this.of(key)
    return folder === null ? [] : readSpool(folder, { alive: false, onProblem: this.#onProblem })
  }

  async moveSpool(key: KernelKey, target: string): Promise<readonly string[]> {
    const folder = this.of(key)
    return folder === null ? [] : moveSpool(folder, target)
  }
}
