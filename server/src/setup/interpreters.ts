/**
 * The Pythons that can run a project's notebooks. Invariant: each environment is offered once, under a name of its
 * own; the first is `python3`, the name that most notebooks ask for.
 */
import { access, constants } from 'node:fs/promises'
import type { Interpreter } from '@yesterday/kernel-bridge'
import { type Surroundings, surroundings } from '../user/surroundings.ts'
import { type Candidate, candidates } from './candidates.ts'
import { condaEnvironments, pixiEnvironments } from './conda-environments.ts'
import { environmentPython, privateFolder } from './environment-paths.ts'
import { isComplete } from './private-environment.ts'
import type { Probed } from './probe.ts'
import { probeAll } from './probe-cache.ts'
import { readEnvironment } from './read-environment.ts'

/** A Python that answered. */
export interface Found {
  readonly label: string | null
  readonly python: string
  readonly probed: Probed
}

/** Those with ipykernel, best first; a second call for an unchanged machine starts no process. */
export async function findInterpreters(
  root: string,
  here: Surroundings = surroundings(),
): Promise<readonly Interpreter[]> {
  const places = [
    ...candidates(root, here, await pixiEnvironments(root, here)),
    ...(await privateCandidate(here)),
    ...(await condaEnvironments(here)),
  ]
  const found = await findPythons(places, here)
  return nameAll(found.filter(({ probed }) => probed.ipykernel))
}

/**
 * The Pythons at these places, with ipykernel or without, each environment once. Those of the project are read, not
 * run: a folder from another person runs nothing before a user asks for it.
 */
export async function findPythons(
  places: readonly Candidate[],
  here: Surroundings,
): Promise<readonly Found[]> {
  const existing = await Promise.all(
    places.map(async ({ label, paths, inside }) => ({ label, inside, python: await firstExisting(paths) })),
  )
  const asked = existing.flatMap(({ python, inside }) => (python === null || inside ? [] : [python]))
  const answers = await probeAll(here, asked)
  const byPrefix = new Map<string, Found>()
  for (const { label, python, inside } of existing) {
    if (python === null) continue
    const probed = inside === undefined ? answers.get(python) : await readEnvironment(inside, here)
    if (probed === undefined || probed === null || byPrefix.has(probed.prefix)) continue
    byPrefix.set(probed.prefix, { label, python, probed })
  }
  return [...byPrefix.values()]
}

async function privateCandidate(here: Surroundings): Promise<readonly Candidate[]> {
  const folder = privateFolder(here)
  if (!(await isComplete(folder))) return []
  return [{ label: 'Yesterday', paths: [environmentPython(folder, here)] }]
}

async function firstExisting(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  return null
}

/** Names as kernelspecs have them: letters, digits, `.`, `_` and `-`, in lower case. */
function nameAll(found: readonly Found[]): readonly Interpreter[] {
  const taken = new Set<string>()
  return found.map(({ label, python, probed }, index) => {
    const version = probed.version.join('.')
    const plain = index === 0 ? 'python3' : `python-${version}${label === null ? '' : `-${slug(label)}`}`
    let name = plain
    for (let count = 2; taken.has(name); count++) name = `${plain}-${count}`
    taken.add(name)
    return { name, displayName: `Python ${version}${label === null ? '' : ` (${label})`}`, python }
  })
}

const slug = (label: string): string => label.toLowerCase().replace(/[^a-z0-9._]+/g, '-')
