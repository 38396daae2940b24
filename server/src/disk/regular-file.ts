/**
 * Opens files of the project folder. Invariant: FIFOs, devices and sockets are never opened and never waited for: one
 * of them would hold a thread of the pool for ever, and a few would stop all file work of the process.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
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

const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
/** Bytes of our own small files (keys, notes, records) at most. */
const LARGEST_SMALL = 64 * 2 ** 20

/** Thrown for a file of more bytes than it may have. */
class TooLargeError extends Error {
  constructor(path: string, limit: number) {
    super(`${path} is larger than ${limit} bytes`)
  }
}

/** Opens a regular file for reading; links are followed. Throws `NotRegularError` for anything else. */
export async function openRegular(path: string): Promise<FileHandle> {
  // Looked at first, because the mere opening of a device can have effects; and again, because it may have changed.
  requireRegular(path, await stat(path))
  const handle = await open(path, FLAGS)
  try {
    requireRegular(path, await handle.stat())
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A regular file's bytes. Throws `TooLargeError` for more than `limit`. */
export async function readRegular(path: string, limit: number = Infinity): Promise<Buffer> {
  const handle = await openRegular(path)
  try {
    if (limit !== Infinity) requireSize(path, (await handle.stat()).size, limit)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** The same at once, for small files. */
export function readRegularSync(path: string, limit: number = LARGEST_SMALL): Buffer {
  requireRegular(path, statSync(path))
  const file = openSync(path, FLAGS)
  try {
    const found = fstatSync(file)
    requireRegular(path, found)
    requireSize(path, found.size, limit)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

/** The bytes of a file that is not written any more, in as few steps as can be: it is not looked at before it is opened. */
export async function readStored(path: string): Promise<Buffer> {
  const handle = await open(path, FLAGS)
  try {
    const found = await handle.stat()
    requireRegular(path, found)
    const bytes = Buffer.allocUnsafeSlow(found.size)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return bytes.subarray(0, length)
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

function requireSize(path: string, size: number, limit: number): void {
  if (size > limit) throw new TooLargeError(path, limit)
}
