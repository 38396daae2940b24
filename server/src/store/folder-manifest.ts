/**
 * pure. What a run saw of a folder, as the agent writes it (agent/folder_manifests.py is its twin; change both).
 * Invariant: bytes that are not a manifest as a whole are refused.
 */

export const FOLDER_FORMAT = 'folder'

/** A member's state when the run read it. */
export interface ReadMember {
  readonly size: number
  /** ns, as decimal digits. */
  readonly changed: string
  readonly inodeChanged: string
  readonly inode: string
  readonly digest: string
}

export interface FolderMember {
  /** Relative to the folder; one that is a folder itself ends in `/`. */
  readonly name: string
  /** Null if it was listed and not read. */
  readonly read: ReadMember | null
}

/** A listing that the run saw. */
export interface FolderListing {
  /** Relative to the folder; empty for the folder itself. */
  readonly folder: string
  /** The patterns of names that were asked for; empty for all names. */
  readonly patterns: readonly string[]
}

export interface FolderManifest {
  readonly listings: readonly FolderListing[]
  readonly members: readonly FolderMember[]
}

const HEAD = /^yesterday folder 1\t(\d{1,7})$/
const NUMBER = /^\d{1,20}$/

/** Null where it is no manifest. */
export function readManifest(bytes: Uint8Array): FolderManifest | null {
  const lines = new TextDecoder().decode(bytes).split('\n')
  const listed = Number(HEAD.exec(lines[0] ?? '')?.[1] ?? Number.NaN)
  if (lines.pop() !== '' || !(listed < lines.length)) return null
  const listings = lines.slice(1, listed + 1).map((line) => {
    const [folder = '', ...patterns] = line.split('\t').map(decoded)
    return { folder, patterns }
  })
  const members: FolderMember[] = []
  for (let place = listed + 1; place < lines.length; place++) {
    const member = memberOf(lines[place] ?? '')
    if (member === null) return null
    members.push(member)
  }
  return { listings, members }
}

function memberOf(line: string): FolderMember | null {
  const [name, size, changed, inodeChanged, inode, digest, ...more] = line.split('\t')
  if (name === undefined || digest === undefined || more.length > 0 || isOutside(name)) return null
  if (digest === '-') return { name: decoded(name), read: null }
  if (size === undefined || changed === undefined || inodeChanged === undefined || inode === undefined)
    return null
  if (![size, changed, inodeChanged, inode].every((text) => NUMBER.test(text))) return null
  return { name: decoded(name), read: { size: Number(size), changed, inodeChanged, inode, digest } }
}

/** A member lies in the folder. */
const isOutside = (name: string): boolean =>
  name === '' || name.startsWith('/') || decoded(name).split('/').includes('..')

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // A name that is no text in UTF-8 stays as it is written; no file has it.
    return text
  }
}

/** What differs between two states of a folder, by the names of members. */
export interface FolderChange {
  readonly changed: readonly string[]
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Members of the former state. */
  readonly total: number
}

/** What differs between two manifests. */
export function changeBetween(was: FolderManifest, is: FolderManifest): FolderChange {
  const now = new Map(is.members.map(({ name, read }) => [name, read]))
  const then = new Set(was.members.map(({ name }) => name))
  const changed = was.members.filter(({ name, read }) => {
    const other = now.get(name)
    return read !== null && other != null && other.digest !== read.digest
  })
  return {
    changed: changed.map(({ name }) => name),
    added: is.members.flatMap(({ name }) => (then.has(name) ? [] : [name])),
    removed: was.members.flatMap(({ name }) => (now.has(name) ? [] : [name])),
    total: was.members.length,
  }
}

/** Members of each kind that are named. */
const NAMED = 3

/** In words: `3 of 100,000 files changed: a.png, b.png, c.png`; null where nothing differs. */
export function changeWords({ changed, added, removed, total }: FolderChange): string | null {
  const parts = [
    ...listed(changed, `${count(changed.length)} of ${count(total)} files changed`),
    ...listed(removed, `${count(removed.length)} of ${count(total)} removed`),
    ...listed(added, `${count(added.length)} added`),
  ]
  return parts.length === 0 ? null : parts.join('; ')
}

const count = (number: number): string => number.toLocaleString('en')

const listed = (names: readonly string[], words: string): readonly string[] =>
  names.length === 0
    ? []
    : [`${words}: ${names.slice(0, NAMED).join(', ')}${names.length > NAMED ? ', …' : ''}`]
