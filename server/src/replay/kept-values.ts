/**
 * Stored values of variables: which can be loaded, and the loading. Invariant: bytes go to a kernel only where their
 * signature says that this project stored them under this name; there they are judged by the digest of their content.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { Digest } from '../../contract/ids.ts'
import type { Receipt, StoredValue } from '../../contract/run.ts'
import { removeTree } from '../store/owned-folder.ts'
import { hasParts, partsIn } from '../store/value-parts.ts'
import { callAgent } from './kernel-talk.ts'
import { type Loadable, versionKey } from './restore-plan.ts'
import { objectBytes } from './stored-bytes.ts'
import type { ReplayWorld } from './world.ts'

/** Parts that are read and written at a time. */
const AT_ONCE = 6

const Results = z.array(z.object({ name: z.string(), why: z.string().nullable() }))

/** The versions that these runs made, and whose bytes are kept and signed; by `versionKey`. */
export async function loadableValues(
  { store }: ReplayWorld,
  runs: readonly Receipt[],
): Promise<Map<string, Loadable>> {
  const found = new Map<string, Loadable>()
  for (const { run, order, generated } of runs) {
    for (const edge of generated) {
      const { kind, name, value, digest } = edge
      if (kind !== 'variable' || value === null || digest === null) continue
      if (store.key.signed({ run, name, value }) && (await store.objects.has(value.digest)))
        found.set(versionKey(run, name), { run, order, edge })
    }
  }
  return found
}

/** Where the kernel finds values, by hex digest. */
export interface ValuePlace {
  /** As the kernel names it. */
  readonly folder: string
  write(name: string, bytes: Uint8Array): Promise<void>
  remove(): Promise<void>
}

/** A folder of this machine. */
export const folderHere = (folder: string): ValuePlace => ({
  folder,
  write: async (name, bytes) => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeFile(join(folder, name), bytes, { mode: 0o600 })
  },
  remove: () => removeTree(folder),
})

/** A folder from which one kernel loads. */
export class KeptValues {
  readonly #world: Pick<ReplayWorld, 'store'>
  readonly #place: ValuePlace
  readonly #judges: boolean
  readonly #laid = new Set<Digest>()
  /** With all that they name. */
  readonly #whole = new Set<Digest>()

  /** It is removed at the end. `judges`: a loaded value must have the digest of the stored one. */
  constructor(world: Pick<ReplayWorld, 'store'>, place: ValuePlace, judges = true) {
    this.#world = world
    this.#place = place
    this.#judges = judges
  }

  /**
   * Binds the names to their values; returns why for each name that is not bound. Variables of the kernel that equal
   * a loaded one become parts of its bundle, unless values are bound under chosen names (`as`).
   */
  async load(kernel: Kernel, wanted: readonly Loadable[]): Promise<ReadonlyMap<string, string>> {
    const problems = new Map<string, string>()
    const loadables: object[] = []
    for (const { run, edge, as } of wanted) {
      const { name, digest, value } = edge
      if (value !== null && (await this.lay(value)))
        loadables.push({ name, bind: as ?? name, run, digest, value })
      else problems.set(name, 'its bytes are gone or damaged')
    }
    if (loadables.length === 0) return problems
    const shares = wanted.every(({ as }) => as === undefined)
    const answer = await callAgent(kernel, 'restoring.load', [
      this.#place.folder,
      loadables,
      shares,
      this.#judges,
    ])
    if (!answer.ok) return new Map(wanted.map(({ edge }) => [edge.name, answer.why]))
    for (const { name, why } of Results.parse(answer.value)) if (why !== null) problems.set(name, why)
    return problems
  }

  remove(): Promise<void> {
    return this.#place.remove()
  }

  /** Lays out the object and what it names; false where a part cannot be had. */
  async lay({ format, digest }: StoredValue): Promise<boolean> {
    if (this.#whole.has(digest)) return true
    const bytes = await this.#layOne(digest)
    if (bytes === null) return false
    this.#whole.add(digest)
    if (!hasParts(format)) return true
    const parts = partsIn(format, bytes)
    if (parts === null) return false
    if (await this.#layAll(parts)) return true
    this.#whole.delete(digest)
    return false
  }

  /** False where one cannot be had. The rest is skipped then; nothing is written any more when it settles. */
  async #layAll(parts: Iterable<Digest>): Promise<boolean> {
    const left = new Set([...parts].filter((part) => !this.#laid.has(part))).values()
    let isWhole = true
    let problem: unknown = null
    const work = async (): Promise<void> => {
      for (const part of left) {
        if (!isWhole) return
        const bytes = await this.#layOne(part).catch((error: unknown) => {
          problem ??= error
          return null
        })
        if (bytes === null) isWhole = false
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    if (problem !== null) throw problem
    return isWhole
  }

  async #layOne(digest: Digest): Promise<Uint8Array | null> {
    const bytes = await objectBytes(this.#world.store.objects, digest)
    if (bytes === null) return null
    await this.#place.write(digest.replace(/^[^:]*:/, ''), bytes)
    this.#laid.add(digest)
    return bytes
  }
}

/** What was bound and taken away between runs is no work of the run that comes next. */
export const settle = (kernel: Kernel) => callAgent(kernel, 'restoring.settle', [])
