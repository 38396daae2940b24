/** Where things of an open project are, for roles of folders and notebooks (http/places.ts), and what moves grants. */
import { cellOutputs, cellsOf } from '../contract/document.ts'
import type { DocumentRooms } from './document/documents.ts'
import type { FollowingDocuments } from './files/files.ts'
import { Places } from './http/places.ts'
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

/** Grants of a folder move with it. */
export const following = (documents: DocumentRooms, grants: Grants | null): FollowingDocuments => ({
  open: (path) => documents.open(path),
  save: (id) => documents.save(id),
  removed: (path) => documents.removed(path),
  moved: async (from, to) => {
    grants?.moved(from, to)
    await documents.moved(from, to)
  },
})
