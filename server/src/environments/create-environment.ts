/**
 * Makes an environment from a lock and registers it as a kernel. Invariant: programs are started without a shell, and
 * are given nothing of the lock but names, exact versions and commits; what fails leaves no kernel behind.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { environmentPython } from '../setup/environment-paths.ts'
import { type BuildFailure, step } from '../setup/step.ts'
import type { Surroundings } from '../user/surroundings.ts'
import type { Lock } from './lock-file.ts'
import { lockedText, normalName } from './requirement.ts'

/** What makes it: uv, which gets the Python of the lock itself, or the `venv` and pip of a Python that is here. */
export type Maker =
  | { readonly kind: 'uv'; readonly program: string }
  | { readonly kind: 'pip'; readonly python: string }

export interface Creating {
  readonly lock: Lock
  /** Absolute; new or empty. */
  readonly folder: string
  readonly maker: Maker
  /** Null registers none. */
  readonly kernel: { readonly name: string; readonly displayName: string } | null
  readonly here: Surroundings
  readonly report: (line: string) => void
}

/** A kernel's name for this environment of this notebook: another folder gets another name. */
export function kernelName(notebook: string, folder: string): string {
  const stem = basename(notebook).replace(/\.ipynb$/i, '')
  const slug = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
  const place = createHash('sha256').update(folder).digest('hex').slice(0, 6)
  return `${slug === '' ? 'notebook' : slug}-${place}`
}

/** Whether there is nothing at the place, or an empty folder. */
export const isFree = (folder: string): Promise<boolean> =>
  readdir(folder).then(
    (names) => names.length === 0,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  )

/** The commands, in order, each as its words. `requirements` is the file that they are read from. */
export function commandsOf(
  { lock, folder, maker, kernel, here }: Omit<Creating, 'report'>,
  requirements: string,
): readonly { readonly name: string; readonly words: readonly string[] }[] {
  const python = environmentPython(folder, here)
  const make =
    maker.kind === 'uv'
      ? [maker.program, 'venv', '--no-config', '--python', lock.python, folder]
      : [maker.python, '-I', '-m', 'venv', folder]
  const install =
    maker.kind === 'uv'
      ? [maker.program, 'pip', 'install', '--no-config', '--python', python]
      : [python, '-I', '-m', 'pip', 'install', ...QUIET]
  const hasKernel = lock.packages.some((one) => normalName(one.name) === 'ipykernel')
  const { name = '', displayName = '' } = kernel ?? {}
  const register = ['install', '--user', `--name=${name}`, `--display-name=${displayName}`]
  return [
    { name: 'making the environment', words: make },
    // The lock is whole: what a package requires beside it was not there either.
    { name: 'installing packages', words: [...install, '--no-deps', '-r', requirements] },
    ...(hasKernel ? [] : [{ name: 'installing ipykernel', words: [...install, 'ipykernel'] }]),
    ...(kernel === null
      ? []
      : [{ name: 'registering the kernel', words: [python, '-I', '-m', 'ipykernel', ...register] }]),
  ]
}

const QUIET = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off']

/** Null when all is there. */
export async function createEnvironment(creating: Creating): Promise<BuildFailure | null> {
  const { lock, here, report } = creating
  const scratch = await mkdtemp(join(tmpdir(), 'yesterday-lock-'))
  try {
    const requirements = join(scratch, 'requirements.txt')
    await writeFile(requirements, `${lock.packages.map(lockedText).join('\n')}\n`)
    for (const { name, words } of commandsOf(creating, requirements)) {
      report(words.join(' '))
      const failure = await step(name, words, here.env, report)
      if (failure !== null) return failure
    }
    return null
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
