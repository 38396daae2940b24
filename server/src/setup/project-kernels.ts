/** The kernels of a project: its Pythons are found, or one is set up, and the bridge is opened on them. */
import { join } from 'node:path'
import { createKernels, type Interpreter, type Kernels } from '@yesterday/kernel-bridge'
import { FOLDER } from '../store/project-folder.ts'
import { ensurePython, findInterpreters } from './python.ts'

export interface ProjectKernelsOptions {
  readonly root: string
  /** The one Python to use, where a person chose it. */
  readonly python: string | undefined
  /** Whether a new environment gets the packages of the starter set. */
  readonly starter: boolean
  /** Told of progress, a line at a time. */
  readonly report: (line: string) => void
}

/** Rejects with what to do by hand where there is no Python with ipykernel and none can be made. */
export async function projectKernels(options: ProjectKernelsOptions): Promise<Kernels> {
  const runtimeDir = join(options.root, FOLDER, 'kernels')
  const interpreters = await pythons(options)
  const kernels = createKernels({ runtimeDir, interpreters })
  if ((await kernels.specs()).length > 0) return kernels
  const ensured = await ensurePython(options)
  if (!ensured.ok)
    throw new Error([ensured.problem.message, 'By hand:', ...ensured.problem.commands].join('\n  '))
  return createKernels({ runtimeDir, interpreters: [ensured.interpreter] })
}

async function pythons({ root, python }: ProjectKernelsOptions): Promise<readonly Interpreter[]> {
  if (python !== undefined) return [{ name: 'python3', displayName: `Python (${python})`, python }]
  return findInterpreters(root)
}
