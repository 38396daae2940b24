/**
 * Copies a history while programs write it. Invariant: the copy is named as asked only when it is whole and checked.
 * The order matters: a spooled record is removed once it is in the log, and an object is there before the log names it,
 * so the spool comes first, then the database, then the objects.
 */
import { constants, existsSync, lstatSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { workspaceOf } from '../user/workspace.ts'
import { openForReading, syncFile } from './database.ts'
import { asStoreError, StoreError } from './errors.ts'
import type { CheckReport } from './ports.ts'
import { storePaths } from './project-folder.ts'

export interface Backup {
  /** The folder of the backup, absolute; its history is in `.yesterday` below it. */
  readonly folder: string
  readonly files: number
  readonly bytes: number
  readonly checked: CheckReport
}

export interface BackupOptions {
  readonly root: string
  /** See `targetProblem`. */
  readonly target: string
  /** Checks the history below a folder. */
  readonly check: (root: string) => Promise<CheckReport>
}

/** Throws `StoreError`; nothing is left at `target` then. */
export async function backUp({ root, target, check }: BackupOptions): Promise<Backup> {
  const from = storePaths(root)
  const folder = resolve(target)
  const problem = await targetProblem(root, folder)
  if (problem !== null) throw new StoreError('conflict', problem)
  if (workspaceOf(from.folder).kind !== 'own')
    throw new StoreError('untrusted', `the history in ${from.folder} was not made on this machine`)
  const partial = `${folder}.partial-${process.pid}`
  try {
    await mkdir(partial, { recursive: true, mode: 0o700 })
    const copied = await copyAll(from.folder, storePaths(partial).folder, from.database)
    const checked = await check(partial)
    // What has taken the place meanwhile is not replaced.
    if (existsSync(folder)) throw new StoreError('conflict', taken(folder))
    await rename(partial, folder)
    return { folder, ...copied, checked }
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true })
    throw asStoreError(thrown)
  }
}

const taken = (folder: string): string => `${folder} is there already`

/** Why the backup cannot go there; null where it can. */
export async function targetProblem(root: string, target: string): Promise<string | null> {
  const folder = resolve(target)
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return taken(folder)
  const parent = await realpath(dirname(folder)).catch(() => dirname(folder))
  const history = storePaths(root).folder
  const inside = await realpath(history).catch(() => history)
  return (parent + sep).startsWith(inside + sep) ? `${folder} is inside of the history` : null
}

interface Copied {
  readonly files: number
  readonly bytes: number
}

async function copyAll(from: string, to: string, database: string): Promise<Copied> {
  await mkdir(to, { recursive: true, mode: 0o700 })
  const spools = await copySpools(join(from, KERNELS), join(to, KERNELS))
  const snapshot = await copyDatabase(database, join(to, basename(database)))
  const rest = await copyFolder(from, to, (name) => !LEFT_OUT.test(name))
  return sum([spools, snapshot, rest])
}

const KERNELS = 'kernels'

/** The database is copied by itself. Kernels and scratch copies belong to programs, and the signature to this folder. */
const LEFT_OUT =
  /^(kernels|scratch|workspace\.json|history\.db.*|again-.*|swap.*|recovery\.lock|.*\.new|writing-.*)$/

async function copyDatabase(database: string, copy: string): Promise<Copied> {
  const db = openForReading(database)
  try {
    db.prepare('VACUUM INTO ?').run(copy)
  } finally {
    db.close()
  }
  await chmod(copy, 0o600)
  syncFile(copy)
  return { files: 1, bytes: lstatSync(copy).size }
}

/** Connection files hold keys of kernels that live: only what kernels spooled is copied. */
async function copySpools(from: string, to: string): Promise<Copied> {
  const kernels = await readdir(from, { withFileTypes: true }).catch(() => [])
  const copied: Copied[] = []
  for (const { name } of kernels.filter((entry) => entry.isDirectory()))
    copied.push(await copyFolder(join(from, name, 'spool'), join(to, name, 'spool'), () => true))
  return sum(copied)
}

/** Plain files alone. What a program removes meanwhile is not missed here: the check says whether the log needs it. */
async function copyFolder(from: string, to: string, takes: (name: string) => boolean): Promise<Copied> {
  const entries = await readdir(from, { withFileTypes: true }).catch(() => [])
  const copied: Copied[] = []
  if (entries.length > 0) await mkdir(to, { recursive: true, mode: 0o700 })
  for (const entry of entries.filter(({ name }) => takes(name))) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory())
      copied.push(await copyFolder(source, copy, (name) => !name.startsWith('writing-')))
    else if (entry.isFile()) copied.push(await copyOne(source, copy))
  }
  return sum(copied)
}

async function copyOne(source: string, copy: string): Promise<Copied> {
  try {
    await copyFile(source, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NOTHING
    throw error
  }
  await chmod(copy, 0o600)
  return { files: 1, bytes: lstatSync(copy).size }
}

const NOTHING: Copied = { files: 0, bytes: 0 }

const sum = (all: readonly Copied[]): Copied =>
  all.reduce((one, other) => ({ files: one.files + other.files, bytes: one.bytes + other.bytes }), NOTHING)
