/**
 * Which paths belong to the history itself: they are no inputs and no results of a run. The kernel's agent leaves them out
 * (`own_record.py`); here they are left out of what other kernels record and of what was recorded before, for every reader
 * of a run: stale cells, slices, replays and exports. A project may lie below a folder of that name: its files are its own.
 */
import { existsSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Edge } from '../../contract/run.ts'
import { FOLDER } from './project-folder.ts'

/** Where replays work: below it lie copies of the user's files. */
const SCRATCH = new RegExp(`^.*/${FOLDER.replace('.', '\\.')}/scratch/[^/]+/`)
const files: ReadonlySet<Edge['kind']> = new Set(['file', 'directory', 'module'])

export function isOwnRecord({ kind, name }: Pick<Edge, 'kind' | 'name'>): boolean {
  return files.has(kind) && isOwnPath(name)
}

const slashed = (path: string): string => path.replaceAll('\\', '/')
const leadsToHistory = (path: string): boolean => path.replace(SCRATCH, '/').split('/').includes(FOLDER)

/** Folders of open projects that lie below a folder with the name of a history; each ends with a slash. */
const projectsBelow = new Set<string>()

/** A project whose history is opened. `root`: its folder, absolute or from the working folder. */
export function noteProject(root: string): void {
  const absolute = resolve(root)
  for (const folder of [absolute, existsSync(absolute) ? realpathSync(absolute) : absolute])
    if (leadsToHistory(slashed(folder))) projectsBelow.add(`${slashed(folder)}/`)
}

/** Whether a path leads into a history, or is one. */
export function isOwnPath(name: string): boolean {
  if (!name.includes(FOLDER)) return false
  const path = slashed(name)
  for (const project of projectsBelow)
    if (path.startsWith(project)) return leadsToHistory(path.slice(project.length - 1))
  return leadsToHistory(path)
}

/** The edges of the user's own work. */
export const withoutOwnRecord = <T extends Pick<Edge, 'kind' | 'name'>>(edges: readonly T[]): T[] =>
  edges.filter((edge) => !isOwnRecord(edge))
