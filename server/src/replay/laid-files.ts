/**
 * The files that a replay is given, step by step. Invariant: before a step runs, each file that it read is there as it
 * was then, unless the replay made it itself.
 */
import { contentOfVersion } from './file-facts.ts'
import type { Sandbox } from './isolation/isolation.ts'
import type { Given } from './plan.ts'
import type { ReplayWorld } from './world.ts'

/** Which version of each file the replay finds. */
export class LaidFiles {
  readonly #world: ReplayWorld
  readonly #cwd: string
  readonly #sandbox: Sandbox
  readonly #digests = new Map<string, string | null>()

  constructor(world: ReplayWorld, cwd: string, sandbox: Sandbox) {
    this.#world = world
    this.#cwd = cwd
    this.#sandbox = sandbox
  }

  /** A step wrote it: what is there is the replay's own. */
  forget(name: string): void {
    this.#digests.set(name, null)
  }

  async lay({ pin, edge }: Given): Promise<void> {
    if (pin.from === 'made' || pin.from === 'cannot') return
    if (pin.digest !== null && this.#digests.get(pin.name) === pin.digest) return
    // If a different content was laid before, the one on disk is laid as well.
    if (pin.from === 'disk' && !this.#digests.has(pin.name) && this.#sandbox.shows(pin.name)) return
    const found = await contentOfVersion(this.#cwd, this.#world.store, edge)
    if (found === null) return
    await this.#sandbox.lay(found.name, found.bytes ?? { path: found.path })
    this.#digests.set(pin.name, pin.digest)
  }
}
