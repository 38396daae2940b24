/**
 * Sweeps on disk, one file of JSON each, so that what the page shows survives a restart. Invariant: a file is replaced
 * whole. The trials' runs are in the history; these files only say which belong together.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Sweep } from '../../contract/sweeps.ts'
import { readRegular } from '../disk/regular-file.ts'
import { nodeDisk } from '../document/disk.ts'

/** Sweeps of all notebooks that are kept. */
const KEPT = 200
const LARGEST = 2 ** 23
const NAME = /^[0-9a-f]{16}\.json$/

const Stored = z.object({ document: z.string().max(200), sweep: Sweep })
/** A sweep of a document. */
export type StoredSweep = z.infer<typeof Stored>

export class SweepFiles {
  readonly #folder: string

  /** `folder` is that of the history. */
  constructor(folder: string) {
    this.#folder = join(folder, 'sweeps')
  }

  /** Those that can be read, oldest first. The oldest of too many are removed. */
  async read(): Promise<readonly StoredSweep[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const found: StoredSweep[] = []
    for (const name of names.filter((one) => NAME.test(one))) {
      const stored = await this.#readOne(name)
      if (stored !== null && `${stored.sweep.id}.json` === name) found.push(stored)
    }
    found.sort((a, b) => a.sweep.started.localeCompare(b.sweep.started))
    const old = found.splice(0, Math.max(0, found.length - KEPT))
    for (const { sweep } of old) await rm(join(this.#folder, `${sweep.id}.json`), { force: true })
    return found
  }

  async write(stored: StoredSweep): Promise<void> {
    await nodeDisk.makeFolder(this.#folder)
    const file = join(this.#folder, `${stored.sweep.id}.json`)
    await nodeDisk.replace(file, [JSON.stringify(stored)], 0o600)
  }

  async #readOne(name: string): Promise<StoredSweep | null> {
    try {
      const bytes = await readRegular(join(this.#folder, name), LARGEST)
      return Stored.safeParse(JSON.parse(bytes.toString())).data ?? null
    } catch {
      return null
    }
  }
}
