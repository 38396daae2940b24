/** The kernels of a project: its Pythons are found, or one is set up, and the bridge is opened on them. */
import type { Interpreter, Kernels, Problem } from '@yesterday/kernel-bridge'
import { logFault } from '@yesterday/kernel-bridge/background'
import { openKernels } from './open-kernels.ts'
import { ensurePython, findInterpreters } from './python.ts'

export interface ProjectKernelsOptions {
  readonly root: string
  /** The one Python to use, where a person chose it. */
  readonly python: string | undefined
  /** Whether a new environment gets the packages of the starter set. */
  readonly starter: boolean
  /** Receives progress, a line at a time. */
  readonly report: (line: string) => void
}

/** Rejects with what to do by hand where there is no kernel at all and no Python with ipykernel can be made. */
export async function projectKernels(options: ProjectKernelsOptions): Promise<Kernels> {
  const trouble = options.python === undefined ? await troubleWithPython(options) : null
  const interpreters = await pythons(options)
  const onProblem = ({ kind, detail }: Problem) => logFault(`kernel problem: ${kind}`, detail)
  const kernels = openKernels(options.root, { interpreters, onProblem })
  if (trouble === null) return kernels
  options.report(trouble)
  // Kernels of other languages, or another Python than the one named, are better than none.
  if ((await kernels.specs()).length === 0) throw new Error(trouble)
  return kernels
}

async function troubleWithPython(options: ProjectKernelsOptions): Promise<string | null> {
  const ensured = await ensurePython(options)
  if (ensured.ok) return null
  const { message, commands } = ensured.problem
  return [message, 'To do it by hand:', ...commands.map((command) => `  ${command}`)].join('\n')
}

async function pythons({ root, python }: ProjectKernelsOptions): Promise<readonly Interpreter[]> {
  if (python !== undefined) return [{ name: 'python3', displayName: `Python (${python})`, python }]
  return findInterpreters(root)
}
