/**
 * The disk as documents need it. Invariant: a file is replaced whole or not at all (temporary file, sync, rename),
 * and keeps its mode, owner and extended attributes.
 */
import { createHash, randomBytes } from 'node:crypto'
import { constants, watch } from 'node:fs'
import { access, type FileHandle, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readRegular } from '../disk/regular-file.ts'
import { takeAttributes } from './file-attributes.ts'

/** What distinguishes a changed file from an unchanged one without reading it. */
export interface FileStat {
  readonly size: number
  readonly mtimeMs: number
  readonly ino: number
  readonly mode: number
  readonly isFile: boolean
  /** Inode and birth time: stays when the file is renamed. Null if the file system has no birth time. */
  readonly identity: string | null
}

export interface Disk {
  /** Null when there is no such file. */
  stat(path: string): Promise<FileStat | null>
  read(path: string): Promise<Uint8Array>
  realpath(path: string): Promise<string>
  mayWrite(path: string): Promise<boolean>
  /** Settles with the digest of what was written, when it is durable. `mode`: default that of the file, else 644. */
  replace(path: string, parts: Iterable<string | Uint8Array>, mode?: number): Promise<string>
  /** Makes the folder, and those above it, for its owner alone. */
  makeFolder(path: string): Promise<void>
  /** Does nothing where there is no such file. */
  remove(path: string): Promise<void>
  /** Calls back after the file may have changed. Returns the end of it. */
  watch(path: string, changed: () => void): () => void
}

/** The error's code (`ENOENT`, `ENOSPC`), when it has one. */
export const errorCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error ? String(error.code) : null

/** `sha256:` and the digits. */
export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

async function statFile(path: string): Promise<FileStat | null> {
  try {
    const found = await stat(path, { bigint: true })
    const { size, mtimeNs, ino, mode, birthtimeNs } = found
    return {
      size: Number(size),
      mtimeMs: Number(mtimeNs) / 1e6,
      ino: Number(ino),
      mode: Number(mode),
      isFile: found.isFile(),
      identity: birthtimeNs === 0n ? null : `${ino}:${birthtimeNs}`,
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null
    throw error
  }
}

async function replaceFile(
  path: string,
  parts: Iterable<string | Uint8Array>,
  asked?: number,
): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`)
  try {
    const file = await openInPlaceOf(path, temporary, asked)
    const digest = await writeDurably(file, parts)
    await rename(temporary, path)
    return digest
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Creates a file with the attributes of the one that it is to replace; with the mode `asked` where that is given. */
async function openInPlaceOf(path: string, temporary: string, asked?: number): Promise<FileHandle> {
  if (asked === undefined && (await takeAttributes(path, temporary))) {
    const file = await open(temporary, 'r+')
    await file.truncate(0)
    return file
  }
  await rm(temporary, { force: true })
  const mode = asked ?? (await statFile(path))?.mode ?? 0o644
  return open(temporary, 'wx', mode & 0o777)
}

async function writeDurably(file: FileHandle, parts: Iterable<string | Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  try {
    for (const bytes of inBlocks(parts)) {
      hash.update(bytes)
      await file.writeFile(bytes)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return `sha256:${hash.digest('hex')}`
}

function* inBlocks(parts: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  let block = ''
  for (const piece of parts) {
    if (typeof piece === 'string') block += piece
    if (typeof piece === 'string' && block.length < 1 << 20) continue
    yield Buffer.from(block)
    block = ''
    if (typeof piece !== 'string') yield piece
  }
  yield Buffer.from(block)
}

function watchFile(path: string, changed: () => void): () => void {
  const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
    if (name === null || name === basename(path)) changed()
  })
  watcher.on('error', () => watcher.close())
  return () => watcher.close()
}

/** The real one. */
export const nodeDisk: Disk = {
  stat: statFile,
  read: readRegular,
  realpath: (path) => realpath(path),
  mayWrite: (path) =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    ),
  replace: replaceFile,
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  remove: (path) => rm(path, { force: true }),
  watch: watchFile,
}
