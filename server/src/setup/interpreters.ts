/**
 * The Pythons that can run a project's notebooks. Invariant: each environment is offered once, under a name of its
 * own; the first is `python3`, the name that most notebooks ask for.
 */
import { access, constants } from 'node:fs/promises'
import type { Interpreter } from '@yesterday/kernel-bridge'
import { type Candidate, candidates } from './candidates.ts'
import { isComplete } from './private-environment.ts'
import type { Probed } from './probe.ts'
import { probeAll } from './probe-cache.ts'
import { environmentPython, privateFolder, type Surroundings, surroundings } from './surroundings.ts'

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
  const found = await findPythons(root, [...candidates(root, here), ...(await privateCandidate(here))])
  return nameAll(found.filter(({ probed }) => probed.ipykernel))
}

/** The Pythons at these places, with ipykernel or without, each environment once. */
export async function findPythons(root: string, places: readonly Candidate[]): Promise<readonly Found[]> {
  const existing = await Promise.all(
    places.map(async ({ label, paths }) => ({ label, python: await firstExisting(paths) })),
  )
  const answers = await probeAll(
    root,
    existing.flatMap(({ python }) => (python === null ? [] : [python])),
  )
  const byPrefix = new Map<string, Found>()
  for (const { label, python } of existing) {
    const probed = python === null ? undefined : answers.get(python)
    if (python === null || probed === undefined || byPrefix.has(probed.prefix)) continue
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
