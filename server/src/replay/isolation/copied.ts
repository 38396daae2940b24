/**
 * A sandbox that is a copy of the project's small files, for machines where the kernel cannot see its own paths.
 * Invariant: files are laid inside of the copy alone, wherever links in it lead.
 */
import { lstat, mkdir, readdir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative } from 'node:path'
import type { WrapCommand } from '@yesterday/kernel-bridge'
import type { Isolation } from '../../../contract/replay.ts'
import { ownedName } from '../../store/owned-folder.ts'
import { FOLDER } from '../../store/project-folder.ts'
import { digestOnDisk } from '../disk-digests.ts'
import { makeScratch, type Scratch } from '../scratch.ts'
import type { Marks, Sandbox, SandboxOptions, Written } from './isolation.ts'

interface CopiedOptions {
  readonly wrap?: (folder: string, shared: string) => WrapCommand
  readonly env?: (shared: string) => Readonly<Record<string, string>>
  /** Copies no file. */
  readonly isBare?: boolean
}

export async function copiedSandbox(
  options: SandboxOptions,
  facts: Isolation,
  { wrap, env, isBare = false }: CopiedOptions = {},
): Promise<Sandbox> {
  const { root, cwd, id, without } = options
  const folder = join(root, FOLDER, 'scratch', ownedName(id))
  const shared = join(folder, 'shared')
  await mkdir(shared, { recursive: true, mode: 0o700 })
  const scratch = await makeScratch({ root, cwd, id, without, isBare })
  const laid = new Map<string, string>()
  return {
    facts,
    cwd: scratch.cwd,
    shared,
    env: env?.(shared) ?? {},
    ...(wrap && { wrap: wrap(folder, shared) }),
    copy: { root: scratch.root, locate: (name) => placeOf(scratch, folder, name) },
    started: async () => undefined,
    lay: async (name, content) => {
      await requireInside(folder, placeOf(scratch, folder, name))
      const place = await scratch.lay(name, content)
      laid.set(place, (await digestOnDisk(place)) ?? '')
    },
    shows: (name) => scratch.locate(name) === null,
    written: () => copyChanges(scratch.root, options, laid),
    marks: () => copyMarks(scratch.root),
    problem: async () => null,
    remove: () => scratch.remove(),
  }
}

const placeOf = (scratch: Scratch, folder: string, name: string): string =>
  scratch.locate(name) ?? join(folder, 'elsewhere', name)

/** The nearest folder of the path that exists lies in the sandbox, with links followed. */
async function requireInside(folder: string, path: string): Promise<void> {
  for (let above = dirname(path); ; above = dirname(above)) {
    const found = await realpath(above).catch(() => null)
    if (found === null) continue
    const inside = relative(await realpath(folder), found)
    if (inside.startsWith('..') || isAbsolute(inside))
      throw new Error(`${path} leads out of the copy by a link, and is not written`)
    return
  }
}

/** Files of the copy that are not as the project has them. Files deleted in it are not listed. */
async function copyChanges(
  copy: string,
  { root, cwd }: SandboxOptions,
  laid: ReadonlyMap<string, string>,
): Promise<readonly Written[]> {
  const found: Written[] = []
  const entries = await readdir(copy, { withFileTypes: true, recursive: true })
  for (const entry of entries) {
    const place = join(entry.parentPath, entry.name)
    if (!entry.isFile() || place.includes('__pycache__')) continue
    const path = join(root, relative(copy, place))
    const known = await lstat(path).catch(() => null)
    const before = known?.isFile() === true ? known : null
    const [digest, now] = [await digestOnDisk(place), await lstat(place).catch(() => null)]
    if (digest === null || now === null || laid.get(place) === digest) continue
    if (before !== null && (await digestOnDisk(path)) === digest) continue
    const inside = relative(cwd, path)
    found.push({
      name: inside.startsWith('..') ? path : inside,
      path,
      change: before === null ? 'created' : 'changed',
      size: now.size,
      sizeOnDisk: before?.size ?? null,
      digest,
      kept: false,
      bytesAt: place,
      before: known && { size: known.size, mtimeMs: known.mtimeMs },
    })
  }
  return found
}

/** Every file of the sandbox with its size and time. */
async function copyMarks(folder: string): Promise<Marks> {
  const files = new Map<string, string>()
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  for (const { parentPath, name } of entries.filter((entry) => !entry.isDirectory())) {
    const path = join(parentPath, name)
    const facts = await lstat(path).catch(() => null)
    files.set(path, `${facts?.size} ${facts?.mtimeMs}`)
  }
  return { files, network: '' }
}
