/**
 * Environments of conda and of pixi, found by their files: none of their programs is asked. Invariant: nothing of one runs
 * just to be looked at, since a list or a folder may have come with a project.
 */
import { readdir } from 'node:fs/promises'
import { readRegular } from '../disk/regular-file.ts'
import type { Surroundings } from '../user/surroundings.ts'
import { type Candidate, condaPython } from './candidates.ts'

const MOST = 50
const LIST_BYTES = 64 * 1024

/** Those of the project that pixi made; `default` comes first. */
export async function pixiEnvironments(root: string, here: Surroundings): Promise<readonly Candidate[]> {
  const folder = here.path.join(root, '.pixi', 'envs')
  const names = await readdir(folder).catch(() => [])
  const rank = (name: string): string => (name === 'default' ? '' : name)
  const sorted = names.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
  return sorted.slice(0, MOST).map((name) => at(`pixi ${name}`, here.path.join(folder, name), here))
}

/** Those that conda, mamba and micromamba note in `~/.conda/environments.txt` as they make them. */
export async function condaEnvironments(here: Surroundings): Promise<readonly Candidate[]> {
  const { env, home, path } = here
  if (env.YESTERDAY_PYTHON) return []
  const list = path.join(home, '.conda', 'environments.txt')
  const text = await readRegular(list, LIST_BYTES).catch(() => '')
  const folders = text
    .toString()
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => path.isAbsolute(line))
  return [...new Set(folders)].slice(0, MOST).map((one) => at(`conda ${path.basename(one)}`, one, here))
}

const at = (label: string, folder: string, here: Surroundings): Candidate => ({
  label,
  paths: [condaPython(folder, here)],
  inside: folder,
})
