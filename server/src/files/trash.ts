/**
 * `.yesterday/trash`: each trashed thing in a folder of its own beside a manifest that says where it was. Invariant: the
 * manifest is there before the thing is, so that nothing lies in the trash unexplained.
 */
import { randomBytes } from 'node:crypto'
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { errorCode } from './disk-error.ts'

export class Trash {
  readonly #folder: string
  readonly #now: () => Date

  constructor(folder: string, now: () => Date) {
    this.#folder = folder
    this.#now = now
  }

  /** Moves what is at `absolute` into the trash; `path` is where people knew it. Returns its new absolute path and the time. */
  async take(absolute: string, path: string): Promise<{ readonly absolute: string; readonly at: string }> {
    const trashed = this.#now().toISOString()
    const slot = join(this.#folder, `${trashed.replaceAll(':', '-')}-${randomBytes(3).toString('hex')}`)
    await mkdir(slot, { recursive: true, mode: 0o700 })
    await writeFile(join(slot, 'manifest.json'), JSON.stringify({ path, trashed }, null, 2), { mode: 0o600 })
    const target = join(slot, 'content', basename(path))
    await mkdir(join(slot, 'content'), { mode: 0o700 })
    try {
      await moveAcross(absolute, target)
    } catch (error) {
      await rm(slot, { recursive: true, force: true })
      throw error
    }
    return { absolute: target, at: trashed }
  }
}

/** A rename, or a copy where the folder is a disk of its own. */
async function moveAcross(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error
    await cp(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
    await rm(from, { recursive: true })
  }
}
