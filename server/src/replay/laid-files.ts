/**
 * The files of a replay's copy, laid out step by step. Invariant: before a step runs, each file that it read lies there as
 * it was then, unless the replay made it itself.
 */
import { bytesOfVersion } from './file-facts.ts'
import type { Given } from './plan.ts'
import type { Scratch } from './scratch.ts'
import type { ReplayWorld } from './world.ts'

/** Which version of each file lies in the copy. */
export class LaidFiles {
  readonly #world: ReplayWorld
  readonly #cwd: string
  readonly #scratch: Scratch
  readonly #digests = new Map<string, string | null>()

  constructor(world: ReplayWorld, cwd: string, scratch: Scratch) {
    this.#world = world
    this.#cwd = cwd
    this.#scratch = scratch
  }

  /** A step wrote it: what lies there is the replay's own. */
  forget(name: string): void {
    this.#digests.delete(name)
  }

  async lay({ pin, edge }: Given): Promise<void> {
    if (pin.from === 'made' || pin.from === 'cannot') return
    if (pin.digest !== null && this.#digests.get(pin.name) === pin.digest) return
    if (pin.from === 'disk' && this.#scratch.locate(pin.name) === null) return
    const found = await bytesOfVersion(this.#cwd, this.#world.store.objects, edge)
    if (found === null) return
    await this.#scratch.lay(found.name, found.bytes)
    this.#digests.set(pin.name, pin.digest)
  }
}
