/** The folders on this disk of kernels that run elsewhere. Whose they are is in signed records; what runs is not seen here. */
import type { KernelHere, KernelKey, Ownership } from '../kernel.ts'
import { foldersIn, type KernelFolder, removeFolder, removeUnlessSpooled } from '../kernel-folder.ts'
import { ownershipOf, readRecord, type Signer } from '../process-record.ts'
import type { ProviderContext } from '../provider.ts'
import { KernelFolders } from './own-kernels.ts'

/** Ends a kernel over there; false if it was not there. */
type End = (key: KernelKey) => Promise<boolean>

export class ElsewhereFolders extends KernelFolders {
  readonly #runtimeDir: string
  readonly #signer: Signer

  constructor(runtimeDir: string, { onProblem, signer }: Pick<ProviderContext, 'onProblem' | 'signer'>) {
    super(runtimeDir, onProblem)
    this.#runtimeDir = runtimeDir
    this.#signer = signer
  }

  all(): Promise<readonly KernelFolder[]> {
    return foldersIn(this.#runtimeDir)
  }

  ownership(key: KernelKey): Ownership {
    const folder = this.of(key)
    const record = folder && readRecord(folder, this.#signer)
    if (record === null) return 'unknown'
    return record.owner === null ? 'free' : ownershipOf(record)
  }

  async forget(key: KernelKey, end: End): Promise<void> {
    const folder = this.of(key)
    if (folder === null) return
    await end(key)
    await removeFolder(folder)
  }

  /** Ends kernels whose owner is gone, and removes the folders of those that left nothing. Answers how many ended. */
  async endOrphans(all: readonly KernelHere[], end: End): Promise<number> {
    let ended = 0
    for (const { ownership, ...key } of all) {
      if (ownership !== 'orphaned') continue
      if (await end(key)) ended += 1
      const folder = this.of(key)
      if (folder !== null) await removeUnlessSpooled(folder)
    }
    return ended
  }
}
