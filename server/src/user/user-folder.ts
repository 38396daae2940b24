/**
 * The user's own data folder, outside every project. It holds what a project folder must not decide: the machine key,
 * the trusted workspaces, the private Python environment. Folder mode 700, files mode 600.
 */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Surroundings, surroundings } from './surroundings.ts'

/**
 * Returns the path: `YESTERDAY_HOME` if it is set; else `$XDG_DATA_HOME/yesterday` (Linux), `~/Library/Application
 * Support/Yesterday` (macOS) or `%LOCALAPPDATA%\Yesterday` (Windows). Relative values are ignored, as the XDG Base
 * Directory Specification requires.
 */
export function userFolder({ platform, env, home, path }: Surroundings = surroundings()): string {
  const absolute = (value: string | undefined): string | null =>
    value !== undefined && path.isAbsolute(value) ? value : null
  const chosen = absolute(env.YESTERDAY_HOME)
  if (chosen !== null) return chosen
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Yesterday')
  if (platform === 'win32')
    return path.join(absolute(env.LOCALAPPDATA) ?? path.join(home, 'AppData', 'Local'), 'Yesterday')
  return path.join(absolute(env.XDG_DATA_HOME) ?? path.join(home, '.local', 'share'), 'yesterday')
}

/** The user's folder cannot be used. `hint` says what to do. */
export class UserFolderError extends Error {
  readonly hint: string

  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`Could not use your data folder ${path}: ${why}`, { cause })
    this.hint = 'Make it writable for you alone, or set YESTERDAY_HOME to a folder that is.'
  }
}

/** Creates the folder if it is missing, closes it to other users, and returns its path. Throws `UserFolderError`. */
export function openUserFolder(folder: string = userFolder(), ...below: readonly string[]): string {
  const path = join(folder, ...below)
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chmodSync(path, 0o700)
  } catch (error) {
    throw new UserFolderError(path, error)
  }
  return path
}

/**
 * The folder for what this user keeps of one project outside of it: who is signed in, which server serves it. `root` is
 * the project folder's real path; a project that moved begins again here.
 */
export function openProjectState(root: string): string {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 32)
  return openUserFolder(undefined, 'projects', name)
}
