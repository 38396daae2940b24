/** The routes of public links and of pictures for previews, with what they need of an open project. */
import { randomBytes } from 'node:crypto'
import type { Documents } from './document/ports.ts'
import type { Access } from './http/access.ts'
import { pictureRoute } from './http/link-previews.ts'
import type { Route } from './http/route.ts'
import { publicLinkRoutes } from './http/routes/public-links.ts'
import { fileStates } from './lineage/file-state.ts'
import type { Recording } from './people/audit.ts'
import { PublicLinkStore } from './people/public-links.ts'
import type { Project } from './project.ts'

export function publicLinksOf(
  { project, access }: { readonly project: Project; readonly access: Access },
  { documents, record }: { readonly documents: Pick<Documents, 'open'>; readonly record: Recording },
): readonly Route[] {
  const { root, store, folder } = project
  const links = publicLinkRoutes({
    links: access.publicLinks ?? new PublicLinkStore(folder),
    sources: {
      index: store.index,
      objects: store.objects,
      secrets: store.secrets,
      fileState: fileStates(root, store.secrets),
    },
    documents,
    checkpoints: {
      store,
      now: () => new Date().toISOString(),
      newId: () => randomBytes(10).toString('hex'),
    },
    record,
  })
  return [...links, pictureRoute(store)]
}
