/**
 * A sandbox whose kernel sees its own paths, with private layers above the real files. Invariant: the launcher, which
 * sees what the kernel sees, lays and removes files; this process writes only to the sandbox's own folder.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { WrapCommand } from '@yesterday/kernel-bridge'
import type { Isolation } from '../../../contract/replay.ts'
import { ownedName, removeTree } from '../../store/owned-folder.ts'
import { FOLDER } from '../../store/project-folder.ts'
import { digestOnDisk } from '../disk-digests.ts'
import { writeContent } from '../scratch.ts'
import { layerChanges, layerMarks } from './changes.ts'
import { requestControl } from './control.ts'
import type { LaidContent, Marks, Sandbox, SandboxOptions, Written } from './isolation.ts'
import { type LaunchState, launchState } from './launcher.ts'
import { networkMarks } from './network-marks.ts'

interface Places {
  /** For layers and the state of the launcher. */
  readonly store: string
  readonly shared: string
  /** Absolute. */
  readonly touched: readonly string[]
}

export interface LayeredMore {
  /** Where the launcher listens for requests. Default: the store. */
  readonly controlIn?: 'store' | 'shared'
  /** A process that sees the layers, where the launcher's state does not say it. */
  readonly pidOf?: (store: string) => Promise<number>
}

export async function layeredSandbox(
  options: SandboxOptions,
  facts: Isolation,
  wrap: (places: Places) => WrapCommand,
  more: LayeredMore = {},
): Promise<Sandbox> {
  const { root, cwd, id } = options
  const store = join(root, FOLDER, 'scratch', ownedName(id))
  const shared = join(store, 'shared')
  await mkdir(shared, { recursive: true, mode: 0o700 })
  const touched = [...options.touched, ...options.without].map((name) => resolve(cwd, name))
  const places = { store, shared, touched }
  return new LayeredSandbox(options, facts, places, wrap(places), more)
}

class LayeredSandbox implements Sandbox {
  readonly facts: Isolation
  readonly cwd: string
  readonly shared: string
  readonly env = {}
  readonly copy = null
  readonly wrap: WrapCommand
  readonly #store: string
  readonly #without: readonly string[]
  /** By path: the digest of what was laid there; null for what was taken away. */
  readonly #laid = new Map<string, string | null>()
  readonly #more: LayeredMore
  readonly #control: string
  #state: LaunchState | null = null
  #pid = 0

  constructor(
    options: SandboxOptions,
    facts: Isolation,
    { store, shared }: Places,
    wrap: WrapCommand,
    more: LayeredMore,
  ) {
    this.#more = more
    this.#control = more.controlIn === 'shared' ? shared : store
    this.facts = facts
    this.cwd = options.cwd
    this.shared = shared
    this.wrap = wrap
    this.#store = store
    this.#without = [...options.without].map((name) => resolve(options.cwd, name))
  }

  async started(): Promise<void> {
    this.#state = await launchState(this.#store)
    if (this.#state === null) throw new Error('the isolation layer did not report that it is set up')
    this.#pid = this.#state.pid ?? (await this.#more.pidOf?.(this.#store)) ?? 0
    for (const path of this.#without) {
      const problem = await requestControl(this.#control, { act: 'remove', target: path })
      if (problem !== null) throw new Error(`${path} could not be hidden from the replay: ${problem}`)
      this.#laid.set(path, null)
    }
  }

  shows(): boolean {
    return true
  }

  async lay(name: string, content: LaidContent): Promise<void> {
    const [target, source] = [resolve(this.cwd, name), join(this.shared, 'laid')]
    await writeContent(source, content)
    const digest = await digestOnDisk(source)
    const problem = await requestControl(this.#control, { act: 'lay', source, target })
    await rm(source)
    if (problem !== null) throw new Error(`${name} could not be given to the replay as it was: ${problem}`)
    this.#laid.set(target, digest)
  }

  async written(): Promise<readonly Written[]> {
    if (this.#state === null) return []
    const { layers } = this.#state
    const changes = await layerChanges(layers, (path) => this.#view(path), this.cwd)
    return changes.filter(({ path, digest }) => this.#laid.get(path) !== digest)
  }

  async marks(): Promise<Marks> {
    const { layers = [] } = this.#state ?? {}
    const files = await layerMarks(layers, (path) => this.#view(path))
    return { files, network: JSON.stringify(await networkMarks(this.#pid)) }
  }

  async problem(): Promise<string | null> {
    const state = await launchState(this.#store)
    return state?.isExceeded
      ? 'it wrote more than a replay may write; the limit is YESTERDAY_REPLAY_MIB, in MiB'
      : null
  }

  remove(): Promise<void> {
    return removeTree(this.#store)
  }

  /** The path of the kernel's file, as this process reaches it. */
  #view(path: string): string {
    return `/proc/${this.#pid}/root${path}`
  }
}
