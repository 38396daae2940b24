/**
 * What a virtual environment (https://docs.python.org/3/library/venv.html) or one of conda is, read from its files: no program
 * of it runs.
 */
import { access, readdir, realpath } from 'node:fs/promises'
import { readRegular } from '../disk/regular-file.ts'
import type { Surroundings } from '../user/surroundings.ts'
import type { Probed } from './probe.ts'

/** Bytes of a `pyvenv.cfg`, which has some ten lines. */
const LARGEST_SETTINGS = 2 ** 20

/** Null if no `pyvenv.cfg` and no package of conda says which Python it is. */
export async function readEnvironment(folder: string, here: Surroundings): Promise<Probed | null> {
  const { path } = here
  const written = await readRegular(path.join(folder, 'pyvenv.cfg'), LARGEST_SETTINGS).catch(() => '')
  const settings = settingsIn(written.toString())
  const named = settings.get('version') ?? settings.get('version_info') ?? (await condaVersion(folder, here))
  const version = /^(\d+)\.(\d+)/.exec(named)
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

/** Each package of an environment has a note in `conda-meta`: `python-3.11.9-h955ad1f_0.json`. */
async function condaVersion(folder: string, { path }: Surroundings): Promise<string> {
  const notes = await readdir(path.join(folder, 'conda-meta')).catch(() => [])
  return notes.flatMap((name) => /^python-(\d+\.\d+)[\w.]*-[^-]+\.json$/.exec(name)?.[1] ?? [])[0] ?? ''
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
