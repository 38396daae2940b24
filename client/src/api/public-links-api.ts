/** The requests of public links. */
import { MadePublicLink, type NewPublicLink, PublicLinks } from '@yesterday/server/contract/public-links.ts'
import { api } from './api.ts'

const PATH = '/api/public-links'

export const publicLinksApi = {
  list: (signal?: AbortSignal) => api.get(PublicLinks, PATH, signal),
  make: (wish: NewPublicLink) => api.send(MadePublicLink, PATH, 'POST', wish),
  revoke: (id: string) => api.send(PublicLinks, `${PATH}/${encodeURIComponent(id)}`, 'DELETE', null),
}
