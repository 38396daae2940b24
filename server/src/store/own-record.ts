/**
 * pure. Which paths belong to the history itself: they are no inputs and no results of a run. The kernel's agent
 * leaves them out (`own_record.py`); here they are left out of what other kernels record and of what was recorded before,
 * for every reader of a run: stale cells, slices, replays and exports.
 */
import type { Edge } from '../../contract/run.ts'
import { FOLDER } from './project-folder.ts'

/** Where replays work: below it lie copies of the user's files. */
const SCRATCH = new RegExp(`^.*/${FOLDER.replace('.', '\\.')}/scratch/[^/]+/`)
const files: ReadonlySet<Edge['kind']> = new Set(['file', 'directory', 'module'])

export function isOwnRecord({ kind, name }: Pick<Edge, 'kind' | 'name'>): boolean {
  return files.has(kind) && isOwnPath(name)
}

/** Whether a path leads into a history, or is one. */
export function isOwnPath(name: string): boolean {
  if (!name.includes(FOLDER)) return false
  return name.replaceAll('\\', '/').replace(SCRATCH, '/').split('/').includes(FOLDER)
}

/** The edges of the user's own work. */
export const withoutOwnRecord = <T extends Pick<Edge, 'kind' | 'name'>>(edges: readonly T[]): T[] =>
  edges.filter((edge) => !isOwnRecord(edge))
