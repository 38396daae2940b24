/** What lies in a folder, as people see it: no dotfiles, no links that lead out of the project. */
import type { Stats } from 'node:fs'
import { access, constants, readdir, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FileEntry } from '../../contract/http.ts'
import type { Refusal } from '../document/ports.ts'
import { diskRefusal } from './disk-error.ts'
import { isServedName, locate } from './locate.ts'

export type Listed =
  | { readonly ok: true; readonly entries: readonly FileEntry[] }
  | { readonly ok: false; readonly refusal: Refusal }

/** Lists a folder: folders first, then by name as people count ("2" before "10"). */
export async function list(root: string, path: string): Promise<Listed> {
  const folder = await locate(root, path)
  if (!folder.ok) return folder
  try {
    const names = (await readdir(folder.absolute)).filter(isServedName)
    const entries = await Promise.all(
      names.map((name) => listed(root, path === '' ? name : `${path}/${name}`)),
    )
    return { ok: true, entries: entries.filter((entry) => entry !== null).sort(byKindAndName) }
  } catch (error) {
    return { ok: false, refusal: diskRefusal(error, path) }
  }
}

/** Null for what went away meanwhile and for what is not served. */
async function listed(root: string, path: string): Promise<FileEntry | null> {
  try {
    const located = await locate(root, path)
    return located.ok ? await entryAt(located.absolute, path) : null
  } catch {
    return null
  }
}

/** The entry at an absolute path. */
export async function entryAt(absolute: string, path: string): Promise<FileEntry> {
  const [stats, writable] = await Promise.all([stat(absolute), isWritable(absolute)])
  const type = typeOf(stats, path)
  return {
    name: basename(path),
    path,
    type,
    size: stats.isFile() ? stats.size : 0,
    modified: stats.mtime.toISOString(),
    writable,
  }
}

function typeOf(stats: Stats, path: string): FileEntry['type'] {
  if (stats.isDirectory()) return 'folder'
  if (!stats.isFile()) return 'special'
  return path.endsWith('.ipynb') ? 'notebook' : 'file'
}

const isWritable = (absolute: string): Promise<boolean> =>
  access(absolute, constants.W_OK).then(
    () => true,
    () => false,
  )

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
const rank = (entry: FileEntry): number => (entry.type === 'folder' ? 0 : 1)
const byKindAndName = (a: FileEntry, b: FileEntry): number =>
  rank(a) - rank(b) || collator.compare(a.name, b.name)
