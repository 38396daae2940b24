/**
 * A notebook that names a kernel which is not here. Invariant: it never runs in another one unless a person chose that:
 * code of R in Python fails at best, and code for one environment may do something else in another.
 */
import type { Kernels } from '@yesterday/kernel-bridge'
import { installCommand, type NamedKernel, namedKernel } from '../../contract/kernelspec.ts'

/** The kernel that the notebook's metadata names. `choices` are what there is instead. */
export class MissingKernelError extends Error {
  readonly hint: string

  constructor(named: NamedKernel, choices: readonly string[]) {
    super(
      `This notebook is for the kernel “${named.displayName}” (${named.name}), which is not installed here.`,
    )
    const command = installCommand(named)
    const choose =
      choices.length === 0 ? 'No other kernel is installed.' : `Choose one of these: ${choices.join(', ')}.`
    this.hint = command === null ? choose : `${choose} To install it: ${command}`
  }
}

/** The named kernel's own spec name; null where the notebook names none. Throws `MissingKernelError`. */
export async function specNamedBy(
  kernels: Pick<Kernels, 'specs'>,
  metadata: unknown,
): Promise<string | null> {
  const named = namedKernel(metadata)
  if (named === null) return null
  const specs = await kernels.specs()
  const own = specs.find(({ name }) => name === named.name.toLowerCase())
  if (own !== undefined) return own.name
  throw new MissingKernelError(
    named,
    specs.map(({ name }) => name),
  )
}
