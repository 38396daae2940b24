/**
 * The files of a history are for their owner alone: folders 700, files 600, whatever the umask, and also where a copy or
 * an older program left them open to others. Windows knows no such modes.
 */
import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

interface Paths {
  readonly folder: string
  readonly database: string
  readonly objects: string
}

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** A folder of objects that is closed keeps its files closed: files are looked at only in one that was open. */
export function tighten({ folder, database, objects }: Paths): void {
  if (process.platform === 'win32') return
  close(folder, FOLDER_MODE)
  close(objects, FOLDER_MODE)
  for (const suffix of ['', '-wal', '-shm']) close(database + suffix, FILE_MODE)
  close(join(folder, '.gitignore'), FILE_MODE)
  for (const shard of entriesOf(objects)) closeShard(join(objects, shard))
}

function closeShard(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (!stat.isDirectory()) close(path, FILE_MODE)
  else if (close(path, FOLDER_MODE)) for (const name of entriesOf(path)) close(join(path, name), FILE_MODE)
}

/** True if the mode was another. Links are left alone. */
function close(path: string, mode: number): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined || stat.isSymbolicLink() || (stat.mode & 0o777) === mode) return false
  chmodSync(path, mode)
  return true
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
