/**
 * Puts files that a replay wrote on the disk, because a person named them. Invariant: a file is replaced whole or not at
 * all, never through a link, and only if it is as it was when the replay ended; what is deleted goes to the trash.
 */
import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { AppliedFile } from '../../contract/replay.ts'
import { Trash } from '../files/trash.ts'
import { FOLDER } from '../store/project-folder.ts'
import type { Written } from './isolation/isolation.ts'

/** `names`: files, or folders with all that was written below them. */
export async function applyWritten(
  root: string,
  written: readonly Written[],
  names: readonly string[],
  { insideOnly = false }: { readonly insideOnly?: boolean } = {},
): Promise<readonly AppliedFile[]> {
  const applied: AppliedFile[] = []
  for (const asked of names) {
    const chosen = written.filter(({ name, path }) => isNamed(asked, name) || isNamed(resolve(asked), path))
    if (chosen.length === 0)
      applied.push({ name: asked, isApplied: false, why: 'the replay wrote no file of this name' })
    for (const file of chosen) {
      const why = await applyOne(root, file, insideOnly).catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      )
      applied.push({ name: file.name, isApplied: why === null, why })
    }
  }
  return applied
}

const isNamed = (asked: string, name: string): boolean =>
  name === asked || name.startsWith(`${asked.replace(/\/$/, '')}/`)

/** Null where it was done, else why not. */
async function applyOne(root: string, file: Written, insideOnly: boolean): Promise<string | null> {
  const { path, change, bytesAt } = file
  const inside = relative(root, path)
  const isInside = inside !== '..' && !inside.startsWith(`..${sep}`)
  if (inside.split(sep).includes(FOLDER)) return 'it belongs to the history'
  if (!isInside && insideOnly) return 'it is outside of the project; apply it with `yesterday replay --apply`'
  const now = await lstat(path).catch(() => null)
  if (!isAsBefore(file, now)) return 'it changed on disk since the replay ended'
  if (now !== null && !now.isFile()) return 'there is no regular file in its place'
  if (change === 'deleted') {
    if (!isInside) return 'it is outside of the project, where there is no trash; delete it yourself'
    await new Trash(join(root, FOLDER, 'trash'), () => new Date()).take(path, inside)
    return null
  }
  if (bytesAt === null) return 'its bytes were not kept'
  return replace(path, bytesAt, now)
}

const isAsBefore = ({ before }: Written, now: Stats | null): boolean =>
  before === null ? now === null : now !== null && before.size === now.size && before.mtimeMs === now.mtimeMs

/** Of the folder, or of the nearest one above it that exists. */
async function isReachedByLink(folder: string): Promise<boolean> {
  for (let above = folder; ; above = dirname(above)) {
    const found = await realpath(above).catch(() => null)
    if (found !== null) return found !== above
  }
}

async function replace(path: string, bytesAt: string, now: Stats | null): Promise<string | null> {
  const source = await lstat(bytesAt)
  if (!source.isFile()) return 'it is no regular file'
  const folder = dirname(path)
  if (await isReachedByLink(folder)) return 'its folder is reached by a link'
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.yesterday`)
  try {
    await copyFile(bytesAt, temporary, constants.COPYFILE_EXCL)
    await chmod(temporary, (now ?? source).mode & 0o777)
    const file = await open(temporary, 'r+')
    await file.sync().finally(() => file.close())
    await rename(temporary, path)
    return null
  } finally {
    await rm(temporary, { force: true })
  }
}
