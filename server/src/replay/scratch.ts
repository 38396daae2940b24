/**
 * The folder in which a replay works: a copy of what it needs, so that nothing on disk is touched. Invariant: it lies
 * in the project's own `.yesterday/`, and every path that a replay is given leads into it.
 */
import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ownedName, removeTree } from '../store/owned-folder.ts'
import { FOLDER } from '../store/project-folder.ts'
import type { LaidContent } from './isolation/isolation.ts'

export interface Scratch {
  /** The project's copy. */
  readonly root: string
  /** The notebook's folder in it, where the kernel works. */
  readonly cwd: string
  /** The path of a file that an edge names; null for one outside of the project, which has no copy. */
  locate(name: string): string | null
  /** Writes a file, with its folders. Returns where. */
  lay(name: string, content: LaidContent): Promise<string>
  remove(): Promise<void>
}

/** The largest file that is copied although no record names it, for reads that were not recorded. */
const LARGEST = 1024 * 1024
const MOST_BYTES = 64 * 1024 * 1024
const MOST_FILES = 2000

export interface ScratchOptions {
  /** The project folder, absolute. */
  readonly root: string
  /** The notebook's folder, absolute. */
  readonly cwd: string
  readonly id: string
  /** Files that the replay makes itself: they are not there before. */
  readonly without: ReadonlySet<string>
  /** Copies no file. */
  readonly isBare?: boolean
}

export async function makeScratch({
  root,
  cwd,
  id,
  without,
  isBare = false,
}: ScratchOptions): Promise<Scratch> {
  const folder = join(root, FOLDER, 'scratch', ownedName(id))
  const copyOf = (path: string): string | null => {
    const inside = relative(root, path)
    return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
      ? null
      : join(folder, 'project', inside)
  }
  const copiedCwd = copyOf(cwd) ?? join(folder, 'project')
  const locate = (name: string): string | null => copyOf(resolve(cwd, name))
  await mkdir(copiedCwd, { recursive: true, mode: 0o700 })
  const left = new Set([...without].map((name) => resolve(cwd, name)))
  if (!isBare) await copySmall(cwd, (path) => (left.has(path) ? null : copyOf(path)))
  return {
    root: join(folder, 'project'),
    cwd: copiedCwd,
    locate,
    lay: async (name, content) => {
      const place = locate(name) ?? join(folder, 'elsewhere', name)
      await mkdir(dirname(place), { recursive: true, mode: 0o700 })
      await writeContent(place, content)
      return place
    },
    remove: () => removeTree(folder),
  }
}

/** A file is cloned where the disk can do that, else copied. */
export async function writeContent(place: string, content: LaidContent): Promise<void> {
  if (content instanceof Uint8Array) await writeFile(place, content)
  else await copyFile(content.path, place, constants.COPYFILE_FICLONE)
}

async function copySmall(from: string, copyOf: (path: string) => string | null): Promise<void> {
  let [bytes, files] = [0, 0]
  const entries = await readdir(from, { withFileTypes: true, recursive: false }).catch(() => [])
  const waiting = entries.map((entry) => ({ entry, depth: 0 }))
  for (const { entry, depth } of waiting) {
    if (entry.name.startsWith('.') || entry.name === '__pycache__' || entry.name === 'node_modules') continue
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory() && depth < 3) {
      const below = await readdir(path, { withFileTypes: true }).catch(() => [])
      waiting.push(...below.map((each) => ({ entry: each, depth: depth + 1 })))
    }
    const target = entry.isFile() ? copyOf(path) : null
    if (target === null || files >= MOST_FILES) continue
    const { size } = await stat(path)
    await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    const isSmall = size <= LARGEST && bytes + size <= MOST_BYTES
    if (!(await copied(path, target, isSmall))) continue
    bytes += size
    files++
  }
}

/** A large file is copied only where the disk can clone it (APFS, Btrfs, XFS), which takes no time and no room. */
async function copied(path: string, target: string, isSmall: boolean): Promise<boolean> {
  const mode = isSmall ? constants.COPYFILE_FICLONE : constants.COPYFILE_FICLONE_FORCE
  try {
    await copyFile(path, target, mode)
    return true
  } catch (error) {
    if (isSmall) throw error
    return false
  }
}
