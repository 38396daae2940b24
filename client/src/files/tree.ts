/**
 * pure. The file tree as a value: which folders are known, which are open, and the rows that follow from both.
 * Invariant: rows are in the order in which they are seen; a row's parent is above it.
 */
import type { FileEntry } from '@yesterday/server/contract/http.ts'
import type { Problem } from '../api/api.ts'

/** What is known of one folder's content. */
export type FolderState =
  | { readonly at: 'loading' }
  | { readonly at: 'failed'; readonly problem: Problem }
  | { readonly at: 'known'; readonly entries: readonly FileEntry[] }

/** The tree: content by folder path (the project folder is ''), and the open folders. */
export interface Tree {
  readonly folders: ReadonlyMap<string, FolderState>
  readonly open: ReadonlySet<string>
}

/** The tree before anything is known. */
export const emptyTree: Tree = { folders: new Map(), open: new Set() }

/** One line of the tree as it is seen. */
export type Row =
  | { readonly type: 'entry'; readonly entry: FileEntry; readonly depth: number; readonly open: boolean }
  | { readonly type: 'note'; readonly folder: string; readonly depth: number; readonly state: NoteState }

/** The row of a folder that has no entries to show. */
export type NoteState = 'loading' | 'empty' | Problem

/** The folder a path lies in; '' for the project folder. */
export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/** The last part of a path. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** The ending of a file's name, in lower case, without the dot; '' for none. */
export const extensionOf = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''

/** A path below a folder. */
export const inFolder = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`)

/** The tree with a folder's state replaced. */
export function withFolder(tree: Tree, path: string, state: FolderState): Tree {
  return { ...tree, folders: new Map(tree.folders).set(path, state) }
}

/** The tree with a folder opened or closed. */
export function withOpen(tree: Tree, path: string, open: boolean): Tree {
  const next = new Set(tree.open)
  if (open) next.add(path)
  else next.delete(path)
  return { ...tree, open: next }
}

/** The folders above a path, outermost first: those to open so that it is seen. */
export function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** All rows, from the project folder down. */
export const rowsOf = (tree: Tree): readonly Row[] => rowsIn(tree, '', 1)

function rowsIn(tree: Tree, folder: string, depth: number): readonly Row[] {
  const state = tree.folders.get(folder)
  if (state === undefined || state.at === 'loading')
    return [{ type: 'note', folder, depth, state: 'loading' }]
  if (state.at === 'failed') return [{ type: 'note', folder, depth, state: state.problem }]
  if (state.entries.length === 0) return [{ type: 'note', folder, depth, state: 'empty' }]
  return inOrder(state.entries).flatMap((entry) => {
    const open = entry.type === 'folder' && tree.open.has(entry.path)
    const row: Row = { type: 'entry', entry, depth, open }
    return open ? [row, ...rowsIn(tree, entry.path, depth + 1)] : [row]
  })
}

const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Folders first, then by name as a person sorts: `run 2` before `run 10`. */
function inOrder(entries: readonly FileEntry[]): readonly FileEntry[] {
  const rank = (entry: FileEntry): number => (entry.type === 'folder' ? 0 : 1)
  return [...entries].sort((a, b) => rank(a) - rank(b) || names.compare(a.name, b.name))
}

/** What a key asks of the tree. */
export type TreeMove =
  | { readonly to: 'focus'; readonly path: string }
  | { readonly to: 'open' | 'close' | 'activate' | 'rename' | 'delete'; readonly path: string }

/** What `key` means while `path` has the focus (ARIA's tree pattern); null when it means nothing. */
export function moveFor(rows: readonly Row[], path: string, key: string): TreeMove | null {
  const entries = rows.filter((row) => row.type === 'entry')
  const at = entries.findIndex((row) => row.entry.path === path)
  const here = entries[at]
  if (here === undefined) return null
  const focus = (row: (typeof entries)[number] | undefined): TreeMove | null =>
    row === undefined ? null : { to: 'focus', path: row.entry.path }
  switch (key) {
    case 'ArrowDown':
      return focus(entries[at + 1])
    case 'ArrowUp':
      return focus(entries[at - 1])
    case 'Home':
      return focus(entries[0])
    case 'End':
      return focus(entries.at(-1))
    case 'ArrowRight':
      if (here.entry.type !== 'folder') return null
      return here.open ? focus(childOf(entries, at)) : { to: 'open', path }
    case 'ArrowLeft':
      if (here.open) return { to: 'close', path }
      return focus(entries.find((row) => row.entry.path === parentOf(path)))
    case 'Enter':
    case ' ':
      return { to: 'activate', path }
    case 'F2':
      return { to: 'rename', path }
    case 'Delete':
      return { to: 'delete', path }
    default:
      return letterMove(entries, at, key)
  }
}

type EntryRow = Extract<Row, { type: 'entry' }>

function childOf(entries: readonly EntryRow[], at: number): EntryRow | undefined {
  const next = entries[at + 1]
  return next !== undefined && next.depth > (entries[at]?.depth ?? 0) ? next : undefined
}

function letterMove(entries: readonly EntryRow[], at: number, key: string): TreeMove | null {
  if (key.length !== 1) return null
  const turn = [...entries.slice(at + 1), ...entries.slice(0, at)]
  const found = turn.find((row) => row.entry.name.toLowerCase().startsWith(key.toLowerCase()))
  return found === undefined ? null : { to: 'focus', path: found.entry.path }
}
