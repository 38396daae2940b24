/** Files and folders that people deleted: what is in the trash, and what can be done with it. */
import { z } from 'zod'
import { FileEntry } from './http.ts'
import { ProjectPath, Timestamp } from './ids.ts'
import { plain } from './route.ts'

/** The name of a thing in the trash: when it came there, and something of its own. */
export const TrashItemId = z.string().regex(/^[\w-]{1,40}\.\d{3}Z-[0-9a-f]{6}$/)

export const TrashItem = z.object({
  item: TrashItemId,
  /** Where it was. */
  path: ProjectPath,
  type: z.enum(['file', 'folder']),
  /** When it was deleted. */
  at: Timestamp,
})
export type TrashItem = z.infer<typeof TrashItem>

export const TrashItems = z.array(TrashItem)

export const trashApi = {
  list: {
    ...plain,
    method: 'get',
    path: '/api/trash',
    summary: 'Lists what was deleted, newest first; at most 500.',
    role: 'editor',
    answer: TrashItems,
  },
  putBack: {
    ...plain,
    method: 'post',
    path: '/api/trash/:item',
    summary: 'Puts something back where it was, under the first free name.',
    role: 'editor',
    params: z.object({ item: TrashItemId }),
    /** Where it was, as the list says: the role counts there. */
    body: z.object({ path: ProjectPath }),
    answer: FileEntry,
    status: 201,
  },
  remove: {
    ...plain,
    method: 'delete',
    path: '/api/trash/:item',
    summary: 'Deletes something in the trash for good.',
    role: 'owner',
    reads: 'nothing',
    params: z.object({ item: TrashItemId }),
    answer: null,
    status: 204,
  },
} as const
