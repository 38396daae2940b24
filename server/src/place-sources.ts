/** Where things of an open project are, for roles of folders and notebooks (http/places.ts), and what moves grants. */
import { posix } from 'node:path'
import { cellOutputs, cellsOf } from '../contract/document.ts'
import type { DocumentRooms } from './document/documents.ts'
import type { FollowingDocuments } from './files/files.ts'
import { canonicalPath, Places } from './http/places.ts'
import type { ApiSessions } from './jupyter-api/api-sessions.ts'
import type { KernelRegistry } from './jupyter-api/kernel-registry.ts'
import type { Grants } from './people/grants.ts'
import type { Project } from './project.ts'
import type { Jobs } from './replay/jobs.ts'

export interface PlaceParts {
  readonly documents: DocumentRooms
  readonly hosted: Pick<KernelRegistry, 'documentOf'>
  readonly apiSessions: Pick<ApiSessions, 'get'>
  readonly jobs: Pick<Jobs, 'requestOf'>
}

/** Where things are that requests name, for roles of folders and notebooks. */
export function placesOf(
  { root, store }: Pick<Project, 'root' | 'store'>,
  { documents, hosted, apiSessions, jobs }: PlaceParts,
): Places {
  const live = (id: string) => documents.live(id)
  return new Places({
    root,
    index: store.index,
    live,
    open: (path) => documents.open(path),
    shows: (id, digest) => {
      const cells = live(id)?.doc
      const outputs = cells === undefined ? [] : cellsOf(cells).map((cell) => cellOutputs(cell)?.toJSON())
      return JSON.stringify(outputs).includes(digest)
    },
    openDocuments: async () => (await store.updates.all()).filter((id) => live(id) !== null),
    documentOfKernel: (kernel) => hosted.documentOf(kernel),
    kernelOfSession: async (session) => (await apiSessions.get(session))?.kernel.id ?? null,
    jobOf: (job) => jobs.requestOf(job),
  })
}

/** `root` is the project folder's real path. Grants of a folder move with it, and are on the disk before it moves. */
export function following(root: string, documents: DocumentRooms, grants: Grants | null): FollowingDocuments {
  return {
    open: (path) => documents.open(path),
    save: (id) => documents.save(id),
    removed: (path) => documents.removed(path),
    moving: async (from, to) => grants?.moving(await placeOf(root, from), await placeOf(root, to)),
    moved: async (from, to) => {
      await documents.moved(from, to)
      grants?.moved(await placeOf(root, from), await placeOf(root, to))
    },
  }
}

/** Where an entry is: links to its folder are followed. It may be a link itself, which is moved and not what it leads to. */
async function placeOf(root: string, path: string): Promise<string> {
  const folder = await canonicalPath(root, posix.dirname(path))
  return posix.join(folder, posix.basename(path))
}
