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
  if (interpreters.length > 0) return createKernels({ runtimeDir, interpreters })
  const ensured = await ensurePython(options)
  const kernels = createKernels({ runtimeDir, interpreters: ensured.ok ? [ensured.interpreter] : [] })
  if (ensured.ok || (await kernels.specs()).length > 0) return kernels
  const { message, commands } = ensured.problem
  options.report(`${message}\n${commands.map((command) => `    ${command}`).join('\n')}`)
  throw new Error(`${message} Run: ${commands.join(' && ')}`)
}

async function pythons({ root, python }: ProjectKernelsOptions): Promise<readonly Interpreter[]> {
  if (python !== undefined) return [{ name: 'python3', displayName: `Python (${python})`, python }]
  return findInterpreters(root)
}
