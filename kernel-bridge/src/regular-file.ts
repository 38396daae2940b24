/**
 * Reads files of folders that others may write. Invariant: FIFOs, devices and sockets are refused at once: reading one
 * waits, or never ends.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats, statSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'

const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
/** Bytes of a JSON file at most. */
const LARGEST_JSON = 256 * 2 ** 20

/** A regular file's bytes; links are followed. Throws for anything else, and for more than `limit` bytes. */
export async function readRegular(path: string, limit: number = LARGEST_JSON): Promise<Buffer> {
  // Looked at first, because the mere opening of a device can have effects; and again, because it may have changed.
  requireRegular(path, await stat(path), limit)
  const handle = await open(path, FLAGS)
  try {
    requireRegular(path, await handle.stat(), limit)
    return await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** The same at once. */
export function readRegularSync(path: string): Buffer {
  requireRegular(path, statSync(path), LARGEST_JSON)
  const file = openSync(path, FLAGS)
  try {
    requireRegular(path, fstatSync(file), LARGEST_JSON)
    return readFileSync(file)
  } finally {
    closeSync(file)
  }
}

function requireRegular(path: string, found: Stats, limit: number): void {
  if (!found.isFile()) throw new Error(`${path} is not a regular file`)
  if (found.size > limit) throw new Error(`${path} is larger than ${limit} bytes`)
}
