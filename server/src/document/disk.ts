/**
 * The disk as documents need it. Invariant: a file is replaced whole or not at all (temporary file, sync, rename),
 * and keeps its mode.
 */
import { createHash, randomBytes } from 'node:crypto'
import { constants, watch } from 'node:fs'
import { access, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** What tells a changed file from an unchanged one without reading it. */
export interface FileStat {
  readonly size: number
  readonly mtimeMs: number
  readonly ino: number
  readonly mode: number
  readonly isFile: boolean
}

export interface Disk {
  /** Null when there is no such file. */
  stat(path: string): Promise<FileStat | null>
  read(path: string): Promise<Uint8Array>
  realpath(path: string): Promise<string>
  mayWrite(path: string): Promise<boolean>
  /** Settles with the digest of what was written, when it is durable. */
  replace(path: string, text: Iterable<string>): Promise<string>
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
    const found = await stat(path)
    const { size, mtimeMs, ino, mode } = found
    return { size, mtimeMs, ino, mode, isFile: found.isFile() }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null
    throw error
  }
}

async function replaceFile(path: string, text: Iterable<string>): Promise<string> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`)
  const mode = (await statFile(path))?.mode ?? 0o644
  try {
    const digest = await writeDurably(temporary, text, mode & 0o777)
    await rename(temporary, path)
    return digest
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writeDurably(path: string, text: Iterable<string>, mode: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'wx', mode)
  try {
    for (const piece of inBlocks(text)) {
      const bytes = Buffer.from(piece)
      hash.update(bytes)
      await file.writeFile(bytes)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return `sha256:${hash.digest('hex')}`
}

function* inBlocks(text: Iterable<string>): Generator<string> {
  let block = ''
  for (const piece of text) {
    block += piece
    if (block.length < 1 << 20) continue
    yield block
    block = ''
  }
  yield block
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
  read: (path) => readFile(path),
  realpath: (path) => realpath(path),
  mayWrite: (path) =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    ),
  replace: replaceFile,
  makeFolder: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  remove: (path) => rm(path, { force: true }),
  watch: watchFile,
}
