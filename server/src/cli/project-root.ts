/**
 * Which folder is the project: the one named; else the nearest that keeps a history, from the notebook's own folder
 * upwards; else the notebook's own. Without a notebook the same from the working directory.
 */
import { existsSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { storePaths } from '../store/project-folder.ts'

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

/** A file as the log names it: from the project's folder, with `/` between the parts. */
export function projectPath(root: string, file: string): string {
  return relative(root, resolve(file)).split(sep).join('/')
}

const hasHistory = (folder: string) => existsSync(storePaths(folder).database)

function* upwards(folder: string): Generator<string> {
  yield folder
  const parent = dirname(folder)
  if (parent !== folder) yield* upwards(parent)
}
