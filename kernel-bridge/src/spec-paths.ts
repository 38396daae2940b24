/** pure. The folders of kernelspecs; the first match wins (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs). */
import type { PlatformPath } from 'node:path'

/** Where to look from. `prefixes`: the roots of the given interpreters' environments. */
export interface SearchFrom {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly prefixes: readonly string[]
  /** The path rules of that platform. */
  readonly path: Pick<PlatformPath, 'join' | 'delimiter'>
}

/** `kernels` folders: what the user named, then the user's own, the interpreters', the machine's. */
export function kernelFolders(from: SearchFrom): readonly string[] {
  const { env, path } = from
  const named = (env.JUPYTER_PATH ?? '').split(path.delimiter).filter((entry) => entry !== '')
  const shared = from.prefixes.map((prefix) => path.join(prefix, 'share', 'jupyter'))
  const data = [...named, userData(from), ...shared, ...machineData(from)]
  const folders = [
    ...data.map((folder) => path.join(folder, 'kernels')),
    path.join(from.home, '.ipython', 'kernels'),
  ]
  return [...new Set(folders)]
}

function userData({ platform, env, home, path }: SearchFrom): string {
  const chosen = env.JUPYTER_DATA_DIR
  if (chosen) return chosen
  if (platform === 'darwin') return path.join(home, 'Library', 'Jupyter')
  if (platform === 'win32') return path.join(env.APPDATA || path.join(home, 'AppData', 'Roaming'), 'jupyter')
  return path.join(env.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'jupyter')
}

function machineData({ platform, env, path }: SearchFrom): readonly string[] {
  if (platform === 'win32') return env.PROGRAMDATA ? [path.join(env.PROGRAMDATA, 'jupyter')] : []
  return ['/usr/local/share/jupyter', '/usr/share/jupyter']
}
