/**
 * Folders that recorded runs read, as they are on disk now. Invariant: a member's bytes are read again only if its size,
 * times or inode differ from those in the manifest.
 */
import { readdir, stat } from 'node:fs/promises'
import { join, matchesGlob, resolve } from 'node:path'
import { Digest } from '../../contract/ids.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import {
  FOLDER_FORMAT,
  type FolderChange,
  type FolderListing,
  type FolderManifest,
  type FolderMember,
  readManifest,
} from '../store/folder-manifest.ts'
import { isOwnPath } from '../store/own-record.ts'
import type { ObjectStore } from '../store/ports.ts'
import { digestOnDisk } from './disk-digests.ts'
import { objectBytes } from './stored-bytes.ts'

/** Members whose state is asked for at once. */
const AT_ONCE = 256

type FolderEdge = Pick<Edge, 'kind' | 'name' | 'value'>

/** Null for an edge to anything else, and where the manifest was not kept. */
export async function manifestOf(
  objects: Pick<ObjectStore, 'get'>,
  { kind, value }: FolderEdge,
): Promise<FolderManifest | null> {
  if (kind !== 'directory' || value?.format !== FOLDER_FORMAT) return null
  const digest = Digest.safeParse(value.digest)
  const bytes = digest.success ? await objectBytes(objects, digest.data) : null
  return bytes === null ? null : readManifest(bytes)
}

/** How the folder differs by now. `own`: absolute paths that the run itself wrote. */
export async function changeSince(
  folder: string,
  { listings, members }: FolderManifest,
  own: ReadonlySet<string>,
): Promise<FolderChange> {
  const [changed, removed]: [string[], string[]] = [[], []]
  for (let start = 0; start < members.length; start += AT_ONCE) {
    const some = members.slice(start, start + AT_ONCE)
    const states = await Promise.all(some.map((member) => stateOf(folder, member, own)))
    for (const [place, { name }] of some.entries()) {
      if (states[place] === 'changed') changed.push(name)
      if (states[place] === 'removed') removed.push(name)
    }
  }
  const known = new Set(members.map(({ name }) => name))
  const now = (await Promise.all(listings.map((listing) => namesNow(folder, listing)))).flat()
  const added = now.filter((name) => !known.has(name) && !own.has(join(folder, name)))
  return { changed, added, removed, total: members.length }
}

async function stateOf(
  folder: string,
  { name, read }: FolderMember,
  own: ReadonlySet<string>,
): Promise<'same' | 'changed' | 'removed'> {
  const path = join(folder, name)
  const now = await stat(path, { bigint: true }).catch(() => null)
  if (now === null) return 'removed'
  if (read === null || own.has(path)) return 'same'
  if (Number(now.size) !== read.size) return 'changed'
  const is = [now.mtimeNs, now.ctimeNs, now.ino].join()
  if (is === [read.changed, read.inodeChanged, read.inode].join()) return 'same'
  // Secret files have a keyed digest, which says nothing here: by size alone they are the same.
  if (!read.digest.startsWith('sha256:')) return 'same'
  return (await digestOnDisk(path)) === read.digest ? 'same' : 'changed'
}

async function namesNow(folder: string, { folder: inside, patterns }: FolderListing): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch(() => [])
  return entries
    .filter(({ name }) => patterns.length === 0 || patterns.some((pattern) => matchesGlob(name, pattern)))
    .map((entry) => join(inside, `${entry.name}${entry.isDirectory() ? '/' : ''}`))
    .filter((name) => !isOwnPath(join(folder, name)))
}

/** A folder that a run read or listed, with how it differs by now. */
export interface FolderNow extends FolderChange {
  readonly members: readonly FolderMember[]
}

/** By `folderKey`: the folders of these runs, as far as their manifests were kept. */
export async function foldersNow(
  objects: Pick<ObjectStore, 'get'>,
  cwd: string,
  runs: readonly Receipt[],
): Promise<ReadonlyMap<string, FolderNow>> {
  const found = new Map<string, FolderNow>()
  for (const receipt of runs) {
    for (const edge of receipt.used) {
      const manifest = await manifestOf(objects, edge)
      if (manifest === null) continue
      const change = await changeSince(resolve(cwd, edge.name), manifest, writtenBy(receipt, cwd))
      found.set(folderKey(receipt, edge), { ...change, members: manifest.members })
    }
  }
  return found
}

export const folderKey = ({ run }: Pick<Receipt, 'run'>, { name }: Pick<Edge, 'name'>): string =>
  `${run} ${name}`

/** Absolute paths of what a run wrote or removed. */
const writtenBy = ({ generated }: Pick<Receipt, 'generated'>, cwd: string): ReadonlySet<string> =>
  new Set(generated.flatMap(({ kind, name }) => (kind === 'file' ? [resolve(cwd, name)] : [])))
