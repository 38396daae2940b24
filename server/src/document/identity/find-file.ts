/** Finds a file that was renamed, by its inode and birth time. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from '../disk.ts'

/** So many entries of a project are looked at. */
const MOST_ENTRIES = 50_000
const skipped: ReadonlySet<string> = new Set(['node_modules', '__pycache__', 'site-packages'])

/** The project path of the notebook file of this identity; null where there is none. Hidden folders are left out. */
export async function findFile(disk: Disk, root: string, identity: string): Promise<string | null> {
  for await (const path of notebookFiles(root)) {
    const stat = await disk.stat(join(root, path)).catch(() => null)
    if (stat?.identity === identity) return path
  }
  return null
}

/** The notebook files of a project, those of a folder before those of the folders in it. */
export async function* notebookFiles(root: string): AsyncGenerator<string> {
  const folders = ['']
  let left = MOST_ENTRIES
  for (let folder = folders.shift(); folder !== undefined && left > 0; folder = folders.shift()) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
    left -= entries.length
    for (const entry of entries) {
      if (entry.name.startsWith('.') || skipped.has(entry.name)) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile() && entry.name.endsWith('.ipynb')) yield path
    }
  }
}
