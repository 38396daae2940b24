/**
 * Opens files of the project folder. Invariant: FIFOs, devices and sockets are never opened and never waited for: one
 * of them would hold a thread of the pool for ever, and a few would stop all file work of the process.
 */
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Thrown where something that is not a regular file was to be read. `code` is `EISDIR` for a folder. */
export class NotRegularError extends Error {
  readonly code: 'EISDIR' | 'ENOTREGULAR'

  constructor(path: string, isFolder: boolean) {
    super(`${path} is ${isFolder ? 'a folder' : 'not a regular file'}`)
    this.code = isFolder ? 'EISDIR' : 'ENOTREGULAR'
  }
}

/** Opens a regular file for reading; links are followed. Throws `NotRegularError` for anything else. */
export async function openRegular(path: string): Promise<FileHandle> {
  // Looked at first, because the mere opening of a device can have effects; and again, because it may have changed.
  requireRegular(path, await stat(path))
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    requireRegular(path, await handle.stat())
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A regular file's bytes. */
export async function readRegular(path: string): Promise<Buffer> {
  const handle = await openRegular(path)
  try {
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** The first FIFO, device or socket at a path or below it; null if there is none. Links are not followed. */
export async function specialFileIn(path: string): Promise<string | null> {
  const found = await lstat(path)
  if (!found.isDirectory()) return isCopyable(found) ? null : path
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  const special = entries.find((entry) => !isCopyable(entry))
  return special === undefined ? null : join(special.parentPath, special.name)
}

interface Kind {
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
}

const isCopyable = (kind: Kind): boolean => kind.isFile() || kind.isDirectory() || kind.isSymbolicLink()

function requireRegular(path: string, kind: Omit<Kind, 'isSymbolicLink'>): void {
  if (!kind.isFile()) throw new NotRegularError(path, kind.isDirectory())
}
