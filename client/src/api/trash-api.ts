/** The requests of the trash. */
import { FileEntry } from '@yesterday/server/contract/http.ts'
import { type TrashItem, TrashItems } from '@yesterday/server/contract/trash.ts'
import { z } from 'zod'
import { api } from './api.ts'

const PATH = '/api/trash'

export const trashApi = {
  list: (signal?: AbortSignal) => api.get(TrashItems, PATH, signal),
  putBack: ({ item, path }: Pick<TrashItem, 'item' | 'path'>) =>
    api.send(FileEntry, `${PATH}/${encodeURIComponent(item)}`, 'POST', { path }),
  remove: (item: string) => api.send(z.null(), `${PATH}/${encodeURIComponent(item)}`, 'DELETE', null),
}
