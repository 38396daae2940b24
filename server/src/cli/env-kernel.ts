/** The environment of the kernel that a notebook would use. Nothing is started but its Python, which lists its packages. */
import { resolve } from 'node:path'
import { findKernelSpecs } from '@yesterday/kernel-bridge'
import { type Environment, readPackages } from '../code-tools/read-packages.ts'
import type { NotebookForm } from '../document/cell-form.ts'
import type { ReadNotebook } from '../document/ipynb-read.ts'
import { findInterpreters } from '../setup/python.ts'
import { storePaths } from '../store/project-folder.ts'
import { workspaceOf } from '../user/workspace.ts'
import { isRefusal, type Refusal } from './answer.ts'
import type { EnvOptions } from './env.ts'
import { projectRoot } from './project-root.ts'
import { chooseSpec, missingKernel, readNamed } from './run.ts'

export interface KernelPackages {
  readonly root: string
  /** Null where no notebook was named. */
  readonly read: ReadNotebook | null
  readonly kernel: string
  readonly environment: Environment
}

const NO_FORM: NotebookForm = { nbformat: 4, minor: 5, metadata: {}, cells: [] }

export async function kernelPackages(
  notebook: string | undefined,
  options: EnvOptions,
): Promise<KernelPackages | Refusal> {
  const read = notebook === undefined ? null : await readNamed(notebook, resolve(notebook))
  if (read !== null && isRefusal(read)) return read
  const root = projectRoot({ root: options.root, notebook })
  // A Python of a folder that came from elsewhere is a program of another person.
  if (workspaceOf(storePaths(root).folder).kind === 'foreign' && !options.trust) return notTrusted(root)
  const { specs } = await findKernelSpecs({ interpreters: await findInterpreters(root) })
  const kernels = { specs: async () => specs }
  const form = read?.file.form ?? NO_FORM
  const missing = await missingKernel(kernels, options, form)
  if (missing !== null) return missing
  if (specs.length === 0) return noPython('No kernel is installed.')
  const name = await chooseSpec(kernels, options.kernel, form)
  const spec = specs.find((one) => one.name === name)
  if (spec === undefined) return noPython(`There is no kernel ${name}.`)
  const python = spec.language === 'python' ? spec.argv[0] : undefined
  if (python === undefined) return noPython(`The kernel ${name} is none of Python.`)
  const environment = await readPackages(python)
  if (environment === null) return noPython(`${python} did not list its packages.`)
  return { root, read, kernel: name, environment }
}

const noPython = (message: string): Refusal => ({
  code: 'no-python',
  message,
  hint: '"yesterday kernels" lists what there is; --kernel NAME chooses one.',
  exit: 1,
})

const notTrusted = (root: string): Refusal => ({
  code: 'not-trusted',
  message: `The history of ${root} was made elsewhere; no Python of it was run.`,
  hint: 'Add --trust if you trust it.',
  exit: 1,
})
