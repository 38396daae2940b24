/**
 * pure. Where a Python may be, best first. Invariant: what a person named or activated comes before what lies about.
 */
import type { Surroundings } from '../user/surroundings.ts'
import { environmentPython } from './environment-paths.ts'

/** A place to look at; the first of `paths` that exists is meant. */
export interface Candidate {
  /** How the place is called beside the version; null for what is merely on the path. */
  readonly label: string | null
  readonly paths: readonly string[]
  /** Its environment's folder, where its files say what it is: nothing of it runs just to be looked at. */
  readonly inside?: string
}

/**
 * The places for a project, with other environments that were found in it, without the private one. A person who names one
 * wants no other.
 */
export function candidates(
  root: string,
  here: Surroundings,
  others: readonly Candidate[] = [],
): readonly Candidate[] {
  const { env, path } = here
  const environment = (label: string, folder: string): Candidate => ({
    label,
    paths: [environmentPython(folder, here)],
  })
  const { YESTERDAY_PYTHON: chosen, VIRTUAL_ENV: active, CONDA_PREFIX: conda } = env
  if (chosen) return [{ label: 'chosen', paths: named(chosen, here) }]
  return [
    ...(active ? [environment(path.basename(active), active)] : []),
    ...(conda ? [{ label: `conda ${path.basename(conda)}`, paths: [condaPython(conda, here)] }] : []),
    { ...environment('.venv', path.join(root, '.venv')), inside: path.join(root, '.venv') },
    { ...environment('venv', path.join(root, 'venv')), inside: path.join(root, 'venv') },
    ...others,
    ...onPath(here),
  ]
}

/** The Pythons of the search path, by which environments are made too. */
export function onPath(here: Surroundings): readonly Candidate[] {
  return ['python3', 'python'].map((name) => ({ label: null, paths: named(name, here) }))
}

/** A program as a shell would find it: a path as it is, a bare name on the search path. */
function named(program: string, { platform, env, path }: Surroundings): readonly string[] {
  if (/[\\/]/.test(program)) return [program]
  const folders = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(path.isAbsolute)
  const file = platform === 'win32' && !program.endsWith('.exe') ? `${program}.exe` : program
  return folders.map((folder) => path.join(folder, file))
}

/** The interpreter of an environment of conda or pixi. */
export function condaPython(prefix: string, here: Surroundings): string {
  return here.platform === 'win32' ? here.path.join(prefix, 'python.exe') : environmentPython(prefix, here)
}
