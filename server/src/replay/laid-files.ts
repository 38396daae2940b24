/**
 * The files that a replay is given, step by step. Invariant: before a step runs, each file that it read is there as it
 * was then, unless the replay made it itself.
 */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Edge } from '../../contract/run.ts'
import type { FolderMember } from '../store/folder-manifest.ts'
import { contentOfVersion } from './file-facts.ts'
import type { Sandbox } from './isolation/isolation.ts'
import { type Given, memberName } from './plan-folders.ts'
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

  async lay({ pin, edge, members }: Given): Promise<void> {
    if (pin.from === 'made' || pin.from === 'cannot') return
    if (members !== undefined) {
      await this.#layMembers(edge, members)
      return
    }
    if (pin.digest !== null && this.#digests.get(pin.name) === pin.digest) return
    // If a different content was laid before, the one on disk is laid as well.
    if (pin.from === 'disk' && !this.#digests.has(pin.name) && this.#sandbox.shows(pin.name)) return
    const found = await contentOfVersion(this.#cwd, this.#world.store, edge)
    if (found === null) return
    await this.#sandbox.lay(found.name, found.bytes ?? { path: found.path })
    this.#digests.set(pin.name, pin.digest)
  }

  /** The members of a folder as they are on disk. Those that changed are laid one by one, as they were. */
  async #layMembers(edge: Edge, members: readonly FolderMember[]): Promise<void> {
    for (const { name: inside, read } of members) {
      const name = memberName(edge, inside)
      if (read === null || this.#digests.has(name) || this.#sandbox.shows(name)) continue
      const path = resolve(this.#cwd, name)
      if (await stat(path).catch(() => null)) await this.#sandbox.lay(name, { path })
    }
  }
}
