/**
 * pure. The kernel that a notebook names (https://nbformat.readthedocs.io/en/latest/format_description.html), and how one
 * that is not here can be installed.
 */
import { z } from 'zod'

const Metadata = z.object({
  kernelspec: z.object({
    name: z.string(),
    display_name: z.string().optional(),
    language: z.string().optional(),
  }),
  language_info: z.object({ name: z.string().optional() }).optional(),
})

export interface NamedKernel {
  readonly name: string
  readonly displayName: string
  /** Lower case; '' where the notebook does not say. */
  readonly language: string
}

/** Null where the notebook names none. */
export function namedKernel(metadata: unknown): NamedKernel | null {
  const read = Metadata.safeParse(metadata)
  if (!read.success || read.data.kernelspec.name === '') return null
  const { kernelspec, language_info } = read.data
  const language = kernelspec.language ?? language_info?.name ?? ''
  return {
    name: kernelspec.name,
    displayName: kernelspec.display_name || kernelspec.name,
    language: language.toLowerCase(),
  }
}

const commands: Readonly<Record<string, string>> = {
  r: `R -e 'install.packages("IRkernel"); IRkernel::installspec()'`,
  julia: `julia -e 'using Pkg; Pkg.add("IJulia")'`,
  bash: 'python3 -m pip install bash_kernel && python3 -m bash_kernel.install',
  typescript: 'deno jupyter --install',
  javascript: 'npm install -g tslab && tslab install',
  'c++': 'conda install -c conda-forge xeus-cling',
  rust: 'cargo install evcxr_jupyter && evcxr_jupyter --install',
  go: 'go install github.com/gopherdata/gophernotes@latest',
}

/** The command that installs it; null where none is known. Kernels of Python are environments with a name. */
export function installCommand({ name, language }: NamedKernel): string | null {
  if (language !== 'python') return commands[language] ?? null
  const safe = /^[a-z0-9][a-z0-9._-]*$/i.test(name) ? name : 'myenv'
  return [
    `python3 -m venv ~/${safe}`,
    `~/${safe}/bin/python -m pip install ipykernel`,
    `~/${safe}/bin/python -m ipykernel install --user --name ${safe}`,
  ].join(' && ')
}
