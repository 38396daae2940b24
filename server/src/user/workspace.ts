/**
 * Whether a project's `.yesterday/` was made by this user on this machine. A folder is data until its owner trusts it:
 * one that came from elsewhere (a download, an archive, a colleague) is only read.
 *
 * A workspace is ours if its `workspace.json` carries our signature of its id, and our own record of that id (in the
 * user's folder) names this very folder: by inode and birth time, which survive a move and a rename. A copy, and a folder
 * that came back in an archive, are another folder: another person may have written in it meanwhile.
 */
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { readRegularSync } from '../disk/regular-file.ts'
import { signerFor } from './machine-key.ts'
import { openUserFolder, userFolder } from './user-folder.ts'

/** `new`: nothing is there yet. `own`: made or trusted by us. `foreign`: it came from elsewhere. */
export type Workspace =
  | { readonly kind: 'new' }
  | { readonly kind: 'own'; readonly id: string }
  | { readonly kind: 'foreign'; readonly why: ForeignReason }

/** `unsigned`: another machine's, another user's, or from before folders were signed. `moved`: a copy of one of ours. */
export type ForeignReason = 'unsigned' | 'moved' | 'link'

/** The key of a folder that was trusted, until its store is opened and says that it was replaced. */
export const FOREIGN_KEY = 'key.foreign'

const UNNAMED = /^\.[0-9a-f]{12}\.new$/
const WorkspaceId = z.string().regex(/^[0-9a-f]{32}$/)
const WorkspaceFile = z.object({ version: z.literal(1), id: WorkspaceId, signature: z.string().max(200) })
/** `born` is null where the file system has no birth times. */
const Place = z.object({ inode: z.string(), born: z.string().nullable() })
type Place = z.infer<typeof Place>
const TrustRecord = z.object({ folder: z.string(), place: Place, since: z.string() })

/** Looks at a project's `.yesterday/`; changes nothing. */
export function workspaceOf(folder: string): Workspace {
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return { kind: 'new' }
  if (!stat.isDirectory()) return { kind: 'foreign', why: 'link' }
  const id = signedId(folder)
  if (id === null) return isEmpty(folder) ? { kind: 'new' } : { kind: 'foreign', why: 'unsigned' }
  return isRecorded(id, folder) ? { kind: 'own', id } : { kind: 'foreign', why: 'moved' }
}

/** Makes the folder where it is missing, and signs it where nothing is in it yet. Returns what it is then. */
export function claimWorkspace(folder: string): Workspace {
  const found = workspaceOf(folder)
  if (found.kind !== 'new') return found
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return { kind: 'own', id: sign(folder) }
}

/** Trusts a folder of other origin from now on. Throws `LinkedWorkspaceError` for a link. */
export function trustWorkspace(folder: string): string {
  const found = workspaceOf(folder)
  if (found.kind === 'own') return found.id
  if (found.kind === 'foreign' && found.why === 'link') throw new LinkedWorkspaceError(folder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (found.kind === 'foreign' && found.why === 'unsigned') setAsideKey(folder)
  return sign(folder)
}

/** The author of the folder has its key. In a copy of our own, a restored backup, it stays valid. */
function setAsideKey(folder: string): void {
  const key = join(folder, 'key')
  if (lstatSync(key, { throwIfNoEntry: false }) !== undefined) renameSync(key, join(folder, FOREIGN_KEY))
}

/** `.yesterday` is a link or a file: what is behind it belongs to another place. */
export class LinkedWorkspaceError extends Error {
  readonly hint = 'Put a folder in its place, or remove it.'

  constructor(folder: string) {
    super(`${folder} is not a folder but a link or a file`)
  }
}

/** A program that was killed while it signed leaves a file that was not named yet. */
const isEmpty = (folder: string): boolean => readdirSync(folder).every((name) => UNNAMED.test(name))

function sign(folder: string): string {
  const id = randomBytes(16).toString('hex')
  remember(id, { folder, place: placeOf(folder), since: new Date().toISOString() })
  const signature = signerFor('workspace').sign(id)
  writeWhole(join(folder, 'workspace.json'), { version: 1, id, signature })
  return id
}

function signedId(folder: string): string | null {
  const file = WorkspaceFile.safeParse(readJson(join(folder, 'workspace.json')))
  if (!file.success || !signerFor('workspace').verify(file.data.id, file.data.signature)) return null
  return file.data.id
}

/** The resolution of a file system's clock may be some milliseconds. */
const CLOCK_TICKS = 50

const recordPath = (id: string): string => join(userFolder(), 'workspaces', `${id}.json`)

function isRecorded(id: string, folder: string): boolean {
  const record = TrustRecord.safeParse(readJson(recordPath(id)))
  if (!record.success) return false
  if (!isAt(record.data.place, folder)) return false
  if (record.data.folder !== folder) remember(id, { ...record.data, folder })
  return true
}

/** One file for each workspace, so that two programs never write the same. */
function remember(id: string, record: z.infer<typeof TrustRecord>): void {
  openUserFolder(undefined, 'workspaces')
  writeWhole(recordPath(id), record)
}

/** Inodes are given again after a removal; with the time of birth they name one folder. */
function isAt({ inode, born }: Place, folder: string): boolean {
  const { ino, birthtimeNs } = lstatSync(folder, { bigint: true })
  return String(ino) === inode && (born === null || String(birthtimeNs) === born)
}

/** A file system without birth times repeats the time of the last change in their place: one that moves is none. */
function placeOf(folder: string): Place {
  const before = lstatSync(folder, { bigint: true })
  let after = before
  for (let tries = 0; after.ctimeNs === before.ctimeNs && tries < CLOCK_TICKS; tries++) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    utimesSync(folder, new Date(), new Date())
    after = lstatSync(folder, { bigint: true })
  }
  const isBirth = after.birthtimeNs === before.birthtimeNs
  return { inode: String(after.ino), born: isBirth ? String(after.birthtimeNs) : null }
}

function writeWhole(path: string, value: unknown): void {
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.new`)
  try {
    writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readRegularSync(path).toString())
  } catch {
    return null
  }
}
