/** The bytes of a move on their way: values that the target loads, and files that it lacks. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Kernel } from '@yesterday/kernel-bridge'
import { folderHere, KeptValues } from '../kept-values.ts'
import type { ReplayWorld } from '../world.ts'
import { Courier } from './courier.ts'
import type { MoveOptions, ReadyMove } from './move.ts'

export class Luggage {
  readonly #world: ReplayWorld
  readonly #kernel: Kernel
  readonly #options: Pick<MoveOptions, 'signal' | 'onProgress'>
  readonly #courier: Courier | null
  #values: KeptValues | null = null
  #folder: string | null = null
  #sent = 0
  #total = 0

  constructor(world: ReplayWorld, kernel: Kernel, options: Pick<MoveOptions, 'signal' | 'onProgress'>) {
    this.#world = world
    this.#kernel = kernel
    this.#options = options
    this.#courier =
      kernel.here === null ? new Courier(kernel, options.signal, (bytes) => this.#arrived(bytes)) : null
  }

  /** Where the project's files are on the other machine; null where none were sent. */
  get folder(): string | null {
    return this.#folder
  }

  /** What the kernel loads from. */
  get values(): KeptValues {
    if (this.#values === null) throw new Error('nothing was sent')
    return this.#values
  }

  /** `name` is for people who look into the folder there. */
  async send({ plan, planned, files }: ReadyMove, name: string): Promise<void> {
    this.#total = plan.bytes
    const needed = planned.load.reduce((sum, { edge }) => sum + (edge.value?.size ?? 0), 0)
    this.#values = new KeptValues(this.#world, await this.#place(needed), false)
    for (const { edge } of planned.load) {
      if (this.#options.signal.aborted) return
      if (edge.value === null || !(await this.#values.lay(edge.value)))
        throw new Error(`the stored bytes of ${edge.name} are gone or damaged`)
      if (this.#courier === null) this.#arrived(edge.value.size)
    }
    const moving = files.filter(({ bytes }) => bytes !== null)
    if (this.#courier === null || moving.length === 0) return
    const size = moving.reduce((sum, { bytes }) => sum + (bytes?.byteLength ?? 0), 0)
    const opened = await this.#courier.folder('files', folderName(name))
    requireRoom(size, opened)
    this.#folder = opened.folder
    for (const { path, bytes } of moving) if (bytes !== null) await this.#courier.send('files', path, bytes)
  }

  /** Removes what was only on its way. */
  async close(): Promise<void> {
    await this.#values?.remove().catch(() => undefined)
    this.#courier?.close()
  }

  async #place(needed: number) {
    const { here } = this.#kernel
    if (here !== null) return folderHere(join(here.folder, `moved-${randomBytes(6).toString('hex')}`))
    if (this.#courier === null) throw new Error('there is no way to the kernel')
    const opened = await this.#courier.folder('values')
    requireRoom(needed, opened)
    return this.#courier.values(opened.folder)
  }

  #arrived(bytes: number): void {
    this.#sent += bytes
    const [done, total] = [Math.min(this.#sent, this.#total), this.#total]
    this.#options.onProgress({ done, total, now: null, verdicts: [], phase: 'sending' })
  }
}

function requireRoom(
  needed: number,
  { folder, free }: { readonly folder: string; readonly free: number },
): void {
  if (needed > free)
    throw new Error(`the disk of ${folder} is too full there: it has ${free} bytes, and ${needed} are needed`)
}

/** Safe as a name of a folder on any system. */
function folderName(name: string): string {
  const plain = name.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '')
  return `yesterday-${plain.slice(0, 60) || 'notebook'}`
}
