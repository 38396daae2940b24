/**
 * Which folder is the project: the one named; else the nearest that keeps a history, from the notebook's own folder
 * upwards; else the notebook's own. Without a notebook the same from the working directory.
 */
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { isHistoryAt, storePaths } from '../store/project-folder.ts'

export interface Place {
  /** `--root`. */
  readonly root?: string | undefined
  readonly notebook?: string | undefined
}

/** The project's folder, absolute. */
export function projectRoot({ root, notebook }: Place, keepsHistory = hasHistory): string {
  if (root !== undefined) return resolve(root)
  const own = notebook === undefined ? resolve('.') : dirname(resolve(notebook))
  return [...upwards(own)].find(keepsHistory) ?? own
}

/** A file as the log names it: from the project's folder, with `/` between the parts; links to folders are followed. */
export function projectPath(root: string, file: string): string {
  const path = join(real(dirname(resolve(file))), basename(file))
  return relative(real(root), path).split(sep).join('/')
}

const real = (folder: string) => (existsSync(folder) ? realpathSync(folder) : folder)

const hasHistory = (folder: string) => isHistoryAt(storePaths(folder))

function* upwards(folder: string): Generator<string> {
  yield folder
  const parent = dirname(folder)
  if (parent !== folder) yield* upwards(parent)
}
