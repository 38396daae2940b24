/** The kernelspecs of a project, and the one of a notebook that names none. */
import type { Kernels } from '@yesterday/kernel-bridge'
import type { KernelSpecs } from '../../contract/http.ts'
import { kernelspecModel } from './kernelspec-models.ts'

/** The kernelspec of a notebook that names none: Python where there is one. */
export async function defaultSpec(kernels: Kernels, chosen: string | undefined): Promise<string> {
  const specs = await kernels.specs()
  const named = specs.find(({ name }) => name === chosen?.toLowerCase())
  if (named !== undefined) return named.name
  const [first] = [...specs.filter((spec) => spec.language === 'python'), ...specs]
  return first?.name ?? 'python3'
}

/** For the page (`specs`) and for Jupyter clients (`kernelspecs`). */
export async function describeSpecs(
  kernels: Kernels,
  chosen: string | undefined,
): Promise<KernelSpecs & { kernelspecs: object }> {
  try {
    const specs = await kernels.specs()
    return {
      default: specs.length === 0 ? null : await defaultSpec(kernels, chosen),
      specs: specs.map(({ name, displayName, language }) => ({ name, displayName, language })),
      kernelspecs: Object.fromEntries(
        (await Promise.all(specs.map(kernelspecModel))).map((model) => [model.name, model]),
      ),
      problems: [],
    }
  } catch (thrown) {
    return {
      default: null,
      specs: [],
      kernelspecs: {},
      problems: [thrown instanceof Error ? thrown.message : String(thrown)],
    }
  }
}
