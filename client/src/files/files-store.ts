/**
 * The file tree of this page and what can be done to it. Every change is asked of the server and then read back, so
 * that the tree shows what is on disk and never what we hope.
 */
import type { FileEntry, TrashedFile } from '@yesterday/server/contract/http.ts'
import { type Answer, type Api, api } from '../api/api.ts'
import { Watched } from '../state/observable.ts'
import {
  emptyTree,
  type FolderState,
  foldersAbove,
  parentOf,
  type Tree,
  withFolder,
  withOpen,
} from './tree.ts'

type FileServer = Pick<Api, 'listFolder' | 'changeFiles' | 'trash' | 'upload'>

/** What is known of the folders of a tree, read from the server. */
function readFolders(server: FileServer, tree: Watched<Tree>) {
  const set = (folder: string, state: FolderState): void => tree.set(withFolder(tree.get(), folder, state))
  /** By folder: the last request, since an older answer may come after it. */
  const requests = new Map<string, number>()

  async function load(folder: string): Promise<void> {
    const request = (requests.get(folder) ?? 0) + 1
    requests.set(folder, request)
    // What is known stays on the screen while it is read again.
    if (tree.get().folders.get(folder)?.at !== 'known') set(folder, { at: 'loading' })
    const answer = await server.listFolder(folder)
    if (requests.get(folder) !== request) return
    if (answer.ok) set(folder, { at: 'known', entries: answer.value })
    else set(folder, { at: 'failed', problem: answer.problem })
  }

  async function open(folder: string): Promise<void> {
    tree.set(withOpen(tree.get(), folder, true))
    await load(folder)
  }

  return {
    load,
    open,
    /** Reads every folder on the screen again. */
    refresh: async (): Promise<void> => {
      const shown = ['', ...[...tree.get().folders.keys()].filter((folder) => tree.get().open.has(folder))]
      await Promise.all(shown.map(load))
    },
    /** Opens the folders above a path, so that it can be seen. */
    reveal: async (path: string): Promise<void> => {
      for (const folder of foldersAbove(path)) if (!tree.get().open.has(folder)) await open(folder)
    },
  }
}

/** The file tree as a store (subscribe and snapshot), with its actions. */
export function makeFilesStore(server: FileServer) {
  const tree = new Watched<Tree>(emptyTree)
  const folders = readFolders(server, tree)

  /** The answer, once the folders that it concerns have been read again. */
  async function thenLoad<Value>(asked: Promise<Value>, changed: readonly string[]): Promise<Value> {
    const answer = await asked
    await Promise.all([...new Set(changed)].map(folders.load))
    return answer
  }

  const change = (command: Parameters<Api['changeFiles']>[0], changed: readonly string[]) =>
    thenLoad(server.changeFiles(command), changed)

  return {
    ...folders,
    snapshot: tree.get,
    subscribe: tree.subscribe,
    close: (folder: string): void => tree.set(withOpen(tree.get(), folder, false)),
    /** Empties the tree, as before anything was read. */
    forget: (): void => tree.set(emptyTree),
    make: (what: 'newNotebook' | 'newFolder', folder: string): Promise<Answer<FileEntry>> =>
      change({ type: what, folder }, [folder]),
    move: (from: string, to: string): Promise<Answer<FileEntry>> =>
      change({ type: 'move', from, to }, [parentOf(from), parentOf(to)]),
    duplicate: (path: string): Promise<Answer<FileEntry>> =>
      change({ type: 'copy', from: path }, [parentOf(path)]),
    trash: (path: string): Promise<Answer<TrashedFile>> => thenLoad(server.trash(path), [parentOf(path)]),
    upload: (folder: string, path: string, bytes: Blob, overwrite: boolean): Promise<Answer<FileEntry>> =>
      thenLoad(server.upload(path, bytes, overwrite), [folder]),
  }
}

/** The file tree of this page. */
export type FilesStore = ReturnType<typeof makeFilesStore>

/** The file tree of this page. */
export const files: FilesStore = makeFilesStore(api)
