/** Whether the person at this page may do something in the project, so that the page offers nothing that is refused. */

import type { FileEntry } from '@yesterday/server/contract/http.ts'
import { mayActAs, type Role } from '@yesterday/server/contract/route.ts'
import { useSyncExternalStore } from 'react'
import { me } from './me-store.ts'

/** False until the server has said the role. */
export function useMay(required: Role): boolean {
  const known = useSyncExternalStore(me.subscribe, me.get)
  return known !== null && mayActAs(known.role, required)
}

/** Whether they may change a file or folder, where their role may differ from that in the project. */
export function useMayEdit({ mayEdit }: Pick<FileEntry, 'mayEdit'>): boolean {
  const inProject = useMay('editor')
  return mayEdit ?? inProject
}
