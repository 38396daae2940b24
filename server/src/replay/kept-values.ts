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

/** A folder from which one kernel loads. */
export class KeptValues {
  readonly #world: ReplayWorld
  readonly #folder: string
  readonly #laid = new Set<Digest>()

  /** `folder`: one of this process, which the kernel sees as well. It is removed at the end. */
  constructor(world: ReplayWorld, folder: string) {
    this.#world = world
    this.#folder = folder
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
      if (value !== null && (await this.#lay(value)))
        loadables.push({ name, bind: as ?? name, run, digest, value })
      else problems.set(name, 'its bytes are gone or damaged')
    }
    if (loadables.length === 0) return problems
    const shares = wanted.every(({ as }) => as === undefined)
    const answer = await callAgent(kernel, 'restoring.load', [this.#folder, loadables, shares])
    if (!answer.ok) return new Map(wanted.map(({ edge }) => [edge.name, answer.why]))
    for (const { name, why } of Results.parse(answer.value)) if (why !== null) problems.set(name, why)
    return problems
  }

  remove(): Promise<void> {
    return removeTree(this.#folder)
  }

  /** The object and what it names, laid out; false where a part cannot be had. */
  async #lay({ format, digest }: StoredValue): Promise<boolean> {
    const bytes = await this.#layOne(digest)
    if (bytes === null || !hasParts(format)) return bytes !== null
    const parts = partsIn(format, bytes)
    if (parts === null) return false
    for (const each of parts) if (!this.#laid.has(each) && (await this.#layOne(each)) === null) return false
    return true
  }

  async #layOne(digest: Digest): Promise<Uint8Array | null> {
    const bytes = await objectBytes(this.#world.store.objects, digest)
    if (bytes === null) return null
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeFile(join(this.#folder, digest.replace(/^[^:]*:/, '')), bytes, { mode: 0o600 })
    this.#laid.add(digest)
    return bytes
  }
}

/** What was bound and taken away between runs is no work of the run that comes next. */
export const settle = (kernel: Kernel) => callAgent(kernel, 'restoring.settle', [])
