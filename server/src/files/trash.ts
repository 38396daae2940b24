/**
 * `.yesterday/trash`: each trashed thing in a folder of its own beside a manifest that says where it was. Invariant: the
 * manifest is there before the thing is, so that nothing lies in the trash unexplained.
 */
import { randomBytes } from 'node:crypto'
import { cp, link, lstat, mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { ProjectPath, Timestamp } from '../../contract/ids.ts'
import { type TrashItem, TrashItemId } from '../../contract/trash.ts'
import { readRegular } from '../disk/regular-file.ts'
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

  /** Newest first. What is not as this program left it is not listed. */
  async list(): Promise<readonly TrashItem[]> {
    const names = await readdir(this.#folder).catch(() => [])
    const items: TrashItem[] = []
    for (const name of names.toSorted().reverse()) {
      if (items.length === MOST_LISTED) break
      const found = await this.#find(name)
      if (found !== null) items.push(found.item)
    }
    return items
  }

  /** Whether there is a thing of this name that was at `path`. */
  async has(name: string, path: string): Promise<boolean> {
    return (await this.#find(name))?.item.path === path
  }

  /** Moves a thing to `target`. Fails with EEXIST where something is there; the thing stays in the trash then. */
  async putBack(name: string, target: string): Promise<void> {
    const found = await this.#find(name)
    if (found === null) throw new Error(`${name} is not in the trash`)
    await (found.item.type === 'folder' ? placeFolder : placeFile)(found.absolute, target)
    await rm(join(this.#folder, name), { recursive: true, force: true })
  }

  /** Deletes a thing for good; false if there is none of this name. */
  async remove(name: string): Promise<boolean> {
    if ((await this.#find(name)) === null) return false
    await rm(join(this.#folder, name), { recursive: true, force: true })
    return true
  }

  async #find(name: string): Promise<{ readonly item: TrashItem; readonly absolute: string } | null> {
    if (!TrashItemId.safeParse(name).success) return null
    const slot = join(this.#folder, name)
    try {
      const bytes = await readRegular(join(slot, 'manifest.json'), MOST_MANIFEST)
      const { path, trashed: at } = Manifest.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
      const absolute = join(slot, 'content', basename(path))
      const type = (await lstat(absolute)).isDirectory() ? 'folder' : 'file'
      return { item: { item: name, path, type, at }, absolute }
    } catch {
      return null
    }
  }
}

/** A hard link takes a name only if it is free; a rename would not. */
async function placeFile(from: string, target: string): Promise<void> {
  try {
    await link(from, target)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw error
    // The trash is on another disk, or the disk has no hard links.
    await cp(from, target, {
      errorOnExist: true,
      force: false,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    })
  }
}

async function placeFolder(from: string, target: string): Promise<void> {
  await mkdir(target)
  await rmdir(target)
  await moveAcross(from, target)
}

/** Bytes of a manifest. */
const MOST_MANIFEST = 16_384

/** Things that are listed at most: the newest. */
const MOST_LISTED = 500
const Manifest = z.object({ path: ProjectPath, trashed: Timestamp })

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
