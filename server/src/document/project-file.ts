/**
 * A notebook's file, found and read. Invariant: no path leads out of the project folder, by dots or by links, nor to
 * a hidden file; any obstacle is a refusal.
 */
import { join, sep } from 'node:path'
import type { Masker } from '@yesterday/kernel-bridge'
import { ProjectPath } from '../../contract/ids.ts'
import { type Disk, errorCode, type FileStat } from './disk.ts'
import type { ReadNotebook } from './ipynb-read.ts'
import type { Refusal } from './ports.ts'
import { readWhereFits, type Seed } from './read-apart.ts'

export interface LoadedFile extends ReadNotebook {
  readonly absolute: string
  readonly stat: FileStat
  readonly digest: string
  /** A new document that says the same, where it was made with the reading. */
  readonly seed: Seed | null
  readonly writable: boolean
}

export type Loaded = ({ readonly ok: true } & LoadedFile) | { readonly ok: false; readonly refusal: Refusal }

const refused = (code: string, status: number, message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, status, message },
})

/** Reads the notebook at a project path. `limit` is in bytes. Outputs are masked if there is a masker. */
export async function loadFile(
  disk: Disk,
  root: string,
  path: string,
  limit: number,
  masker: Masker | null = null,
): Promise<Loaded> {
  if (path === '' || !ProjectPath.safeParse(path).success || path.split(/[/\\]/).some(isHidden)) {
    return refused('badPath', 403, `"${path}" is not a path of a notebook in this project.`)
  }
  try {
    return await loadInside(disk, root, path, { limit, masker })
  } catch (error) {
    const code = errorCode(error)
    if (code !== null && leadsNowhere.has(code)) return missing(path)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    return refused('forbidden', 403, `The server has no permission to read "${path}".`)
  }
}

/** Also links that go in a circle, and names that no file can have. */
const leadsNowhere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'])
const isHidden = (part: string): boolean => part.startsWith('.')
const missing = (path: string) => refused('missing', 404, `There is no file "${path}".`)

async function loadInside(
  disk: Disk,
  root: string,
  path: string,
  { limit, masker }: { readonly limit: number; readonly masker: Masker | null },
): Promise<Loaded> {
  const realRoot = await disk.realpath(root)
  const absolute = await disk.realpath(join(realRoot, path))
  if (!absolute.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep)) {
    return refused('outside', 403, `"${path}" leads out of the project folder.`)
  }
  if (absolute.slice(realRoot.length).split(sep).some(isHidden)) {
    return refused('hidden', 403, `"${path}" leads to a hidden file.`)
  }
  const stat = await disk.stat(absolute)
  if (stat === null) return missing(path)
  if (!stat.isFile) return refused('notNotebook', 422, `"${path}" is not a file.`)
  if (stat.size > limit) return tooLarge(stat.size, limit)
  const read = await readWhereFits(() => disk.read(absolute), masker)
  return read.ok ? { ...read, absolute, stat, writable: await disk.mayWrite(absolute) } : read
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_048_576)
const tooLarge = (size: number, limit: number) =>
  refused(
    'tooLarge',
    413,
    `This notebook has ${megabytes(size)} MiB; up to ${megabytes(limit)} MiB can be opened. Clear its outputs first.`,
  )
