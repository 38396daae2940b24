/**
 * The Python environment that is Yesterday's own, for machines that have none with ipykernel. Invariant: it counts as
 * made only by its stamp, which is written last; one that was left half made is made again from the start.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type BuildFailure, step } from './step.ts'
import { inTurn } from './turns.ts'

/** What kernels need, and what the example notebooks use beside it. */
export const kernelPackages: readonly string[] = ['ipykernel']
export const starterPackages: readonly string[] = [
  'numpy',
  'pandas',
  'matplotlib',
  'scikit-learn',
  'duckdb',
  'xxhash',
]

const Stamp = z.object({ packages: z.array(z.string()) })

export interface Building {
  readonly folder: string
  /** The interpreter of the environment to be. */
  readonly python: string
  /** The interpreter that makes it. */
  readonly base: string
  readonly packages: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly report: (line: string) => void
}

/** Whether the folder has a complete environment. */
export const isComplete = async (folder: string): Promise<boolean> => (await readStamp(folder)) !== null

/** Makes it, or adds the packages that it lacks; null when all is there. */
export async function build(building: Building): Promise<BuildFailure | null> {
  const { folder, packages, report } = building
  const waiting = () => report(`Another start is at work on ${folder}; waiting for it`)
  return inTurn(`${folder}.lock`, waiting, async () => {
    const present = await readStamp(folder)
    const missing = packages.filter((name) => !present?.includes(name))
    if (missing.length === 0) return null
    const failure = (present === null ? await makeBare(building) : null) ?? (await install(building, missing))
    if (failure !== null) return failure
    await writeStamp(folder, [...(present ?? []), ...missing])
    return null
  })
}

/** The commands that a person can run instead, in order. */
export function commandsByHand({
  base,
  folder,
  python,
  packages,
}: Omit<Building, 'env' | 'report'>): string[] {
  const shell = (words: readonly string[]) => words.map(quoted).join(' ')
  return [
    shell([base, '-m', 'venv', folder]),
    shell([python, '-m', 'pip', 'install', ...packages]),
    `YESTERDAY_PYTHON=${quoted(python)} npm start`,
  ]
}

const quoted = (word: string): string => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`)

function makeBare({ base, folder, env, report }: Building): Promise<BuildFailure | null> {
  report(`Making a Python environment in ${folder}`)
  return step('making the environment', [base, '-m', 'venv', '--clear', folder], env, report)
}

function install(building: Building, packages: readonly string[]): Promise<BuildFailure | null> {
  const { python, env, report } = building
  report(`Installing ${packages.join(', ')}`)
  const quiet = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off', '--retries', '2']
  return step('installing packages', [python, '-m', 'pip', 'install', ...quiet, ...packages], env, report)
}

const stampFile = (folder: string): string => join(folder, 'yesterday.json')

async function readStamp(folder: string): Promise<readonly string[] | null> {
  try {
    return Stamp.parse(JSON.parse(await readFile(stampFile(folder), 'utf8'))).packages
  } catch {
    return null
  }
}

const writeStamp = (folder: string, packages: readonly string[]): Promise<void> =>
  writeFile(stampFile(folder), `${JSON.stringify({ packages })}\n`)
