/** What the search for Pythons looks at, as a value, so that it can look at somewhere else. */
import { homedir } from 'node:os'
import path, { type PlatformPath } from 'node:path'

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** The path rules of that platform. */
  readonly path: Pick<PlatformPath, 'join' | 'delimiter' | 'isAbsolute' | 'basename'>
}

/** This process and this machine. */
export const surroundings = (): Surroundings => ({
  platform: process.platform,
  env: process.env,
  home: homedir(),
  path,
})

/** Where the private environment stands: in the user's own data folder, as each platform has it. */
export function privateFolder({ platform, env, home, path }: Surroundings): string {
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Yesterday', 'python')
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'Yesterday', 'python')
  return path.join(env.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'yesterday', 'python')
}

/** The interpreter of a virtual environment. */
export function environmentPython(folder: string, { platform, path }: Surroundings): string {
  return platform === 'win32'
    ? path.join(folder, 'Scripts', 'python.exe')
    : path.join(folder, 'bin', 'python')
}
