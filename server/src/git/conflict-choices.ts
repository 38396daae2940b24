/**
 * What people chose for the conflicts of a notebook, until it is applied. Invariant: durable when settled, and sealed, as it
 * says what people typed; a file that cannot be read counts as no choices.
 */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Seal } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { ConflictChoice } from '../../contract/conflicts.ts'
import type { Disk } from '../document/disk.ts'
import { userSeal } from '../secrets/user-seal.ts'

const Chosen = z.object({ choice: ConflictChoice, by: z.string() })
export type Chosen = z.infer<typeof Chosen>
const Stored = z.array(z.tuple([z.string(), Chosen]))

export class ConflictChoices {
  readonly #disk: Disk
  readonly #folder: string
  readonly #seal: Seal
  #last: Promise<unknown> = Promise.resolve()

  /** `folder` is where they are kept. */
  constructor(disk: Disk, folder: string, seal: Seal = userSeal()) {
    this.#disk = disk
    this.#folder = folder
    this.#seal = seal
  }

  /** By the keys of conflicts. */
  async of(path: string): Promise<ReadonlyMap<string, Chosen>> {
    const place = placeOf(path)
    try {
      const bytes = this.#seal.open(await this.#disk.read(join(this.#folder, place)), place)
      return new Map(Stored.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))))
    } catch {
      return new Map()
    }
  }

  /** Keeps a choice, or forgets it (null), and choices for conflicts that are not in `known`. */
  set(path: string, key: string, chosen: Chosen | null, known: ReadonlySet<string>): Promise<void> {
    return this.#inTurn(async () => {
      const all = [...(await this.of(path))].filter(([one]) => one !== key && known.has(one))
      const entries = chosen === null ? all : [...all, [key, chosen] as const]
      const place = placeOf(path)
      await this.#disk.makeFolder(this.#folder)
      const sealed = this.#seal.sealParts([JSON.stringify(entries)], place)
      await this.#disk.replace(join(this.#folder, place), sealed, 0o600)
    })
  }

  remove(path: string): Promise<void> {
    return this.#inTurn(() => this.#disk.remove(join(this.#folder, placeOf(path))))
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#last.then(act)
    this.#last = done.catch(() => undefined)
    return done
  }
}

const placeOf = (path: string): string => createHash('sha256').update(path).digest('hex')
