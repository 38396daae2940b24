/**
 * From a path of the wire to a path of the disk. Invariant: what is returned lies below the project folder after every
 * link was followed, and no part of it, as asked or as found, is a dotfile.
 */
import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { nameProblem } from '../../contract/file-names.ts'
import { ProjectPath } from '../../contract/ids.ts'
import type { Refusal } from '../document/ports.ts'
import { diskRefusal, errorCode, missing, notServed } from './disk-error.ts'

export type Located =
  | { readonly ok: true; readonly absolute: string }
  | { readonly ok: false; readonly refusal: Refusal }

/** Finds an existing file or folder. `root` is the project folder's real path. */
export async function locate(root: string, path: string): Promise<Located> {
  if (!isServed(path)) return { ok: false, refusal: notServed(path) }
  try {
    const real = await realpath(join(root, ...path.split('/')))
    return below(root, real) ? { ok: true, absolute: real } : { ok: false, refusal: notServed(path) }
  } catch (error) {
    return { ok: false, refusal: errorCode(error) === 'ENOENT' ? missing(path) : diskRefusal(error, path) }
  }
}

/** Finds the entry itself: its folder's links are followed, its own is not, so that a link is moved and not its target. */
export async function locateEntry(root: string, path: string): Promise<Located> {
  const target = await locateNew(root, path)
  if (!target.ok) return target
  try {
    await lstat(target.absolute)
    return target
  } catch (error) {
    return { ok: false, refusal: errorCode(error) === 'ENOENT' ? missing(path) : diskRefusal(error, path) }
  }
}

/** Finds where something may be created: its folder must exist, and its name must be one that people can read. */
export async function locateCreated(root: string, path: string): Promise<Located> {
  const problem = nameProblem(path.split('/').at(-1) ?? '')
  if (problem !== null) return { ok: false, refusal: badName(problem) }
  return locateNew(root, path)
}

const badName = (message: string): Refusal => ({
  code: 'badName',
  status: 400,
  message,
  hint: 'Choose another name.',
})

/** Resolves the place of an existing or a new file: its folder must exist, it itself need not. */
export async function locateNew(root: string, path: string): Promise<Located> {
  if (path === '' || !isServed(path)) return { ok: false, refusal: notServed(path) }
  const folder = dirname(path)
  const located = await locate(root, folder === '.' ? '' : folder)
  return located.ok ? { ok: true, absolute: join(located.absolute, basename(path)) } : located
}

/** True for paths that may be shown: no dotfiles, nothing that Windows reads as another path. */
export function isServed(path: string): boolean {
  if (!ProjectPath.safeParse(path).success) return false
  return path === '' || path.split('/').every(isServedName)
}

/** True for names that may be shown. */
export const isServedName = (name: string): boolean =>
  !name.startsWith('.') &&
  !name.includes('\\') &&
  !(process.platform === 'win32' && /[:*?"<>|]|[. ]$/.test(name))

function below(root: string, real: string): boolean {
  if (real === root) return true
  const prefix = root.endsWith(sep) ? root : root + sep
  return real.startsWith(prefix) && relative(root, real).split(sep).every(isServedName)
}
