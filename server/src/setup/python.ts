/**
 * Sees to it that there is a Python for kernels. Invariant: a person's own environments are never changed; where none
 * will do, a private one is made, and where that fails the answer says what to run by hand.
 */
import { findKernelSpecs, type Interpreter } from '@yesterday/kernel-bridge'
import { type Surroundings, surroundings } from '../user/surroundings.ts'
import { candidates, onPath } from './candidates.ts'
import { environmentPython, privateFolder } from './environment-paths.ts'
import { findInterpreters, findPythons } from './interpreters.ts'
import { build, commandsByHand, kernelPackages, starterPackages } from './private-environment.ts'
import { probeAll } from './probe-cache.ts'
import type { BuildFailure } from './step.ts'

export { findInterpreters } from './interpreters.ts'

/** Why there is no Python, for a person to read, and the commands that bring one. */
export interface NoPython {
  readonly message: string
  readonly commands: readonly string[]
}

export type Ensured =
  | { readonly ok: true; readonly interpreter: Interpreter }
  | { readonly ok: false; readonly problem: NoPython }

export interface EnsureOptions {
  readonly root: string
  /** Whether a private environment gets what the example notebooks use. */
  readonly starter: boolean
  /** Receives each line of progress. */
  readonly report: (line: string) => void
  readonly here?: Surroundings
}

/** The oldest Python that current ipykernel runs on. */
const OLDEST = { major: 3, minor: 10 }

/** The best Python that has ipykernel; else the private environment, made or completed now. */
export async function ensurePython(options: EnsureOptions): Promise<Ensured> {
  const { root, here = surroundings() } = options
  if (here.env.YESTERDAY_PYTHON && !(await isChosenFit(root, here)))
    return { ok: false, problem: unfit(here) }
  const [best] = await findInterpreters(root, here)
  const own = best ?? (await ownKernelSpec(here))
  const isTheirs = own?.python !== environmentPython(privateFolder(here), here)
  return own !== undefined && isTheirs ? { ok: true, interpreter: own } : makePrivate(options, here, own)
}

/** A named Python is never replaced silently. */
async function isChosenFit(root: string, here: Surroundings): Promise<boolean> {
  const [chosen] = await findPythons(candidates(root, here).slice(0, 1), here)
  return chosen?.probed.ipykernel ?? false
}

function unfit({ env }: Surroundings): NoPython {
  const python = env.YESTERDAY_PYTHON ?? ''
  return {
    message: `YESTERDAY_PYTHON names ${python}, which is no Python with ipykernel.`,
    commands: [`${python} -m pip install ipykernel`],
  }
}

/** A kernelspec of the user's whose Python has ipykernel. */
async function ownKernelSpec(here: Surroundings): Promise<Interpreter | undefined> {
  const { platform, env, home, path } = here
  const { specs } = await findKernelSpecs({ from: { platform, env, home, path } })
  const pythons = specs.flatMap(({ name, displayName, language, argv: [python] }) =>
    language === 'python' && python !== undefined ? [{ name, displayName, python }] : [],
  )
  const answers = await probeAll(
    here,
    pythons.map(({ python }) => python),
  )
  return pythons.find(({ python }) => answers.get(python)?.ipykernel)
}

/** `present`: an existing private environment, which may lack the starter's packages. */
async function makePrivate(
  { root, starter, report }: EnsureOptions,
  here: Surroundings,
  present: Interpreter | undefined,
): Promise<Ensured> {
  const folder = privateFolder(here)
  const pythons = await findPythons(onPath(here), here)
  const base = present?.python ?? pythons.find(({ probed: { version } }) => isRecent(version))?.python
  if (base === undefined) return { ok: false, problem: nothingToBuildWith }
  const python = environmentPython(folder, here)
  const building = {
    folder,
    python,
    base,
    packages: [...kernelPackages, ...(starter ? starterPackages : [])],
  }
  const failure = await build({ ...building, env: here.env, report })
  if (failure !== null && present === undefined)
    return { ok: false, problem: { message: words(failure), commands: commandsByHand(building) } }
  if (failure !== null) report(`The packages of the examples are not all there: ${failure.said}`)
  const made = present ?? (await findInterpreters(root, here)).find((each) => each.python === python)
  if (made === undefined) throw new Error(`the environment in ${folder} was made and cannot import ipykernel`)
  return { ok: true, interpreter: made }
}

const isRecent = ([major, minor]: readonly [number, number]): boolean =>
  major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)

const words = ({ step, said }: BuildFailure): string =>
  `There is no Python with ipykernel here, and ${step} failed:\n${said}`

const nothingToBuildWith: NoPython = {
  message: `There is no Python ${OLDEST.major}.${OLDEST.minor} or newer on the search path.`,
  commands: [
    'Install Python from https://www.python.org/downloads/ or by your package manager, then: npm start',
  ],
}
