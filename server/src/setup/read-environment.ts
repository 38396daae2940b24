/**
 * What a virtual environment is, read from its files (https://docs.python.org/3/library/venv.html): no program of it runs.
 */
import { access, readdir, realpath } from 'node:fs/promises'
import { readRegular } from '../disk/regular-file.ts'
import type { Surroundings } from '../user/surroundings.ts'
import type { Probed } from './probe.ts'

/** Bytes of a `pyvenv.cfg`, which has some ten lines. */
const LARGEST_SETTINGS = 2 ** 20

/** Null if there is no `pyvenv.cfg` that says which Python it is. */
export async function readEnvironment(folder: string, here: Surroundings): Promise<Probed | null> {
  const { path } = here
  const written = await readRegular(path.join(folder, 'pyvenv.cfg'), LARGEST_SETTINGS).catch(() => '')
  const settings = settingsIn(written.toString())
  const version = /^(\d+)\.(\d+)/.exec(settings.get('version') ?? settings.get('version_info') ?? '')
  if (version === null) return null
  const [major, minor] = [Number(version[1]), Number(version[2])]
  const packages = await packageFolders(folder, here)
  const base = settings.get('include-system-site-packages') === 'true' ? settings.get('home') : undefined
  const shared = base === undefined ? [] : await packageFolders(path.join(base, '..'), here)
  const ipykernel = await Promise.all(
    [...packages, ...shared].map((each) => isThere(path.join(each, 'ipykernel'))),
  )
  const prefix = await realpath(folder).catch(() => folder)
  return { version: [major, minor], prefix, ipykernel: ipykernel.includes(true), packages: [...packages] }
}

function settingsIn(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('\n').map((line) => line.split('=').map((part) => part.trim()))
  return new Map(pairs.flatMap(([name, value]) => (name && value ? [[name.toLowerCase(), value]] : [])))
}

async function packageFolders(prefix: string, { platform, path }: Surroundings): Promise<readonly string[]> {
  if (platform === 'win32') return [path.join(prefix, 'Lib', 'site-packages')]
  const names = await readdir(path.join(prefix, 'lib')).catch(() => [])
  return names
    .filter((name) => /^python\d+\.\d+$/.test(name))
    .flatMap((name) => ['site-packages', 'dist-packages'].map((kind) => path.join(prefix, 'lib', name, kind)))
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )
