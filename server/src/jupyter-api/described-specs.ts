/** The kernelspecs of a project, and the one of a notebook that names none. */
import type { Kernels } from '@yesterday/kernel-bridge'
import type { KernelSpecs } from '../../contract/http.ts'
import { kernelspecModel } from './kernelspec-models.ts'

/** The kernelspec of a notebook that names none: Python of this machine where there is one. Others are chosen by people. */
export async function defaultSpec(kernels: Kernels, chosen: string | undefined): Promise<string> {
  const specs = await kernels.specs()
  const named = specs.find(({ name }) => name === chosen?.toLowerCase())
  if (named !== undefined) return named.name
  const here = specs.filter(({ where }) => where === undefined)
  const [first] = [...here.filter((spec) => spec.language === 'python'), ...here]
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
      default: specs.every(({ where }) => where !== undefined) ? null : await defaultSpec(kernels, chosen),
      specs: specs.map(({ name, displayName, language, where }) => ({
        ...{ name, displayName, language },
        place: where === undefined ? null : where.id,
      })),
      places: [...(await kernels.places())],
      kernelspecs: Object.fromEntries(
        (await Promise.all(specs.map(kernelspecModel))).map((model) => [model.name, model]),
      ),
      problems: [],
    }
  } catch (thrown) {
    return {
      default: null,
      specs: [],
      places: [],
      kernelspecs: {},
      problems: [thrown instanceof Error ? thrown.message : String(thrown)],
    }
  }
}
