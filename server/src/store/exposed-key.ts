/**
 * Replaces a project key that others may have: they could sign stored values, and loading these runs code. It
 * was exposed if it came with a folder from elsewhere, or if a run recorded it as a file, as earlier versions did for code
 * that archived the project. Values that the old key signed are computed again.
 */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readRegularSync } from '../disk/regular-file.ts'
import { FOREIGN_KEY } from '../user/workspace.ts'
import type { StorePaths } from './project-folder.ts'
import type { Queryable } from './reader.ts'

/** Removes such a key, so that the next use makes a new one. Returns what to say about it; null if no one else has the key. */
export function replaceExposedKey({ folder }: StorePaths, db: Queryable): string | null {
  const [key, foreign] = [join(folder, 'key'), join(folder, FOREIGN_KEY)]
  if (removed(foreign)) return said(key, 'came with the folder from elsewhere')
  if (!isRecorded(key, db)) return null
  rmSync(key, { force: true })
  return said(key, 'is in the record of a run, and exports of that run may hold it')
}

const said = (key: string, why: string): string =>
  `The key ${key} was replaced: the former one ${why}. Values that it signed are not loaded but computed again.`

function removed(path: string): boolean {
  try {
    rmSync(path)
    return true
  } catch {
    return false
  }
}

function isRecorded(key: string, db: Queryable): boolean {
  const bytes = contentOf(key)
  if (bytes === null) return false
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const edges = `SELECT 1 FROM names JOIN edges ON edges.name = names.id
    WHERE names.kind = 'file' AND names.name LIKE '%.yesterday_key' AND edges.digest = ? LIMIT 1`
  return db.prepare(edges).get(digest) !== undefined
}

function contentOf(path: string): Buffer | null {
  try {
    return readRegularSync(path)
  } catch {
    return null
  }
}
