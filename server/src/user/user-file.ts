/** One file of JSON in the user's own folder, readable by its owner alone, replaced whole. */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openUserFolder } from './user-folder.ts'

/** Undefined where there is no such file, null where it is not JSON. Throws what the file system throws else. */
export function readUserFile(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function writeUserFile(folder: string, name: string, value: unknown): void {
  const path = join(openUserFolder(folder), name)
  const passing = `${path}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(passing, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
    renameSync(passing, path)
  } finally {
    rmSync(passing, { force: true })
  }
}
