/**
 * What the last replays wrote, kept so that a person who has seen the list can apply files of it. Invariant: the bytes
 * are in a folder of this process below `.yesterday/scratch/`, and at most so many are kept.
 */
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppliedFile, ApplyRequest, WrittenDiff, WrittenDiffRequest } from '../../contract/replay.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { ownedName, removeTree } from '../store/owned-folder.ts'
import { FOLDER } from '../store/project-folder.ts'
import { applyWritten } from './apply.ts'
import type { Written } from './isolation/isolation.ts'
import { type Refused, refused } from './targets.ts'
import { diffWritten } from './written-diff.ts'

const MOST_REPLAYS = 8
const MOST_BYTES = 512 * 1024 * 1024

export class KeptWrites {
  readonly #root: string
  readonly #secrets: Pick<Secrets, 'mask'>
  readonly #kept = new Map<string, { readonly folder: string; readonly written: readonly Written[] }>()

  constructor(root: string, secrets: Pick<Secrets, 'mask'>) {
    this.#root = root
    this.#secrets = secrets
  }

  /** Copies what a replay wrote; `session` names it. Returns the names of the files that can be applied. */
  async keep(session: string, written: readonly Written[]): Promise<ReadonlySet<string>> {
    const folder = join(this.#root, FOLDER, 'scratch', ownedName(`written-${session}`))
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const copies: Written[] = []
    let left = MOST_BYTES
    for (const [place, file] of written.entries()) {
      const copy = join(folder, String(place))
      if (file.change === 'deleted') copies.push(file)
      if (file.bytesAt === null || file.digest === null || (file.size ?? 0) > left) continue
      await copyFile(file.bytesAt, copy)
      left -= file.size ?? 0
      copies.push({ ...file, bytesAt: copy })
    }
    this.#kept.set(session, { folder, written: copies })
    await this.#forgetOld()
    return new Set(copies.map(({ name }) => name))
  }

  /** Only inside of the project: a page changes nothing else on the machine. */
  async apply({ session, files }: ApplyRequest): Promise<readonly AppliedFile[] | Refused> {
    const writes = this.#kept.get(session)
    return writes === undefined
      ? forgotten()
      : applyWritten(this.#root, writes.written, files, { insideOnly: true })
  }

  /** How a kept file differs from the one on disk: inside of the project only, as with `apply`. */
  async diff({ session, file }: WrittenDiffRequest): Promise<WrittenDiff | Refused> {
    const writes = this.#kept.get(session)
    if (writes === undefined) return forgotten()
    const found = writes.written.find(({ name }) => name === file)
    if (found === undefined)
      return refused('missing', 'the replay kept no file of this name', 'Look at what it wrote again.')
    const mask = (text: string): string => this.#secrets.mask(text)
    return diffWritten(found, { root: this.#root, mask, insideOnly: true })
  }

  async close(): Promise<void> {
    for (const { folder } of this.#kept.values()) await removeTree(folder)
    this.#kept.clear()
  }

  async #forgetOld(): Promise<void> {
    for (const [session, { folder }] of this.#kept) {
      if (this.#kept.size <= MOST_REPLAYS) return
      this.#kept.delete(session)
      await removeTree(folder)
    }
  }
}

const forgotten = (): Refused =>
  refused('forgotten', 'the files of this replay are no longer kept', 'Run the replay again.')
