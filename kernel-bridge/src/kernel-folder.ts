/**
 * One kernel's folder in the runtime directory: connection file, logs, spool, and what a later server needs to know.
 * Invariant: folder mode 700, files mode 600; every path is built from the runtime directory and a checked id, never
 * taken from a record.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { lstat, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readConnection } from './connection.ts'
import { startingName } from './owned-name.ts'
import { removeFile } from './remove-file.ts'
import { clearSockets } from './transport.ts'

/** The paths in one kernel's folder. */
export interface KernelFolder {
  readonly kernelId: string
  readonly dir: string
  readonly connectionFile: string
  readonly spoolDir: string
  readonly factsFile: string
  /** Which process runs here, and for whom; see process-record.ts. */
  readonly processFile: string
}

const KERNEL_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** True for an id that names a folder directly in the runtime directory. */
export const isKernelId = (text: string): boolean => KERNEL_ID.test(text)

/** Throws for an invalid id: it may come from an untrusted record. */
export function kernelFolder(runtimeDir: string, kernelId: string): KernelFolder {
  if (!isKernelId(kernelId)) throw new Error(`Not the id of a kernel: ${JSON.stringify(kernelId)}`)
  const dir = join(runtimeDir, kernelId)
  return {
    kernelId,
    dir,
    connectionFile: join(dir, 'connection.json'),
    spoolDir: join(dir, 'spool'),
    factsFile: join(dir, 'kernel.json'),
    processFile: join(dir, 'process.json'),
  }
}

/**
 * Makes the folder with its record in one step. `writeRecord` is called with the folder to write into. A program that is
 * killed meanwhile leaves a folder that names it (owned-name.ts), and none without a record.
 */
export function makeFolder(folder: KernelFolder, writeRecord: (folder: KernelFolder) => void): void {
  if (existsSync(folder.dir)) {
    mkdirSync(folder.spoolDir, { recursive: true, mode: 0o700 })
    writeRecord(folder)
    return
  }
  const starting = join(dirname(folder.dir), startingName(folder.kernelId))
  mkdirSync(join(starting, basename(folder.spoolDir)), { recursive: true, mode: 0o700 })
  writeRecord({ ...folder, processFile: join(starting, basename(folder.processFile)) })
  renameSync(starting, folder.dir)
}

/** Removes the connection file of a process that is gone; its spool stays. */
export async function clearConnection(folder: KernelFolder): Promise<void> {
  const connection = await readConnection(folder.connectionFile)
  if (connection !== null) await clearSockets(connection, folder.dir)
  await removeFile(folder.connectionFile)
}

/**
 * Removes the folder and what it holds. A link in its place is left alone: it leads somewhere else. It loses its name
 * first: a program that is killed meanwhile leaves no half of a folder without its record.
 */
export async function removeFolder(folder: KernelFolder): Promise<void> {
  if (!(await isRealFolder(folder))) return
  await clearConnection(folder)
  const leaving = join(dirname(folder.dir), startingName(folder.kernelId))
  await rename(folder.dir, leaving).catch(() => undefined)
  await rm(leaving, { recursive: true, force: true })
  await rm(folder.dir, { recursive: true, force: true })
}

/** What a kernel spooled belongs to runs of the log: who keeps the log takes it in, and removes the folder. */
export async function removeUnlessSpooled(folder: KernelFolder): Promise<void> {
  const spooled = await readdir(folder.spoolDir).catch(() => [])
  if (spooled.length === 0) await removeFolder(folder)
}

/** The folders of kernels that are there; links are none. */
export async function foldersIn(runtimeDir: string): Promise<readonly KernelFolder[]> {
  const names = (await readdir(runtimeDir).catch(() => [])).filter(isKernelId)
  const folders = names.map((kernelId) => kernelFolder(runtimeDir, kernelId))
  const real = await Promise.all(folders.map(isRealFolder))
  return folders.filter((_, place) => real[place])
}

/** True if the folder and the runtime directory are folders themselves, not links to others. */
export async function isRealFolder({ dir }: KernelFolder): Promise<boolean> {
  const found = await Promise.all([dirname(dir), dir].map((path) => lstat(path).catch(() => null)))
  return found.every((stat) => stat?.isDirectory() === true)
}
