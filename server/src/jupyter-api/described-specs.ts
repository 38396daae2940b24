/** The kernelspecs of a project, and the one of a notebook that names none. */
import type { Kernels } from '@yesterday/kernel-bridge'
import type { KernelSpecs } from '../../contract/http.ts'
import { historyLink, kernelspecModel } from './kernelspec-models.ts'

/** The kernelspec of a notebook that names none: Python of this machine where there is one. Others are chosen by people. */
export async function defaultSpec(kernels: Kernels, chosen: string | undefined): Promise<string> {
  const specs = await kernels.specs()
  const named = specs.find(({ name }) => name === chosen?.toLowerCase())
  if (named !== undefined) return named.name
  const here = specs.filter(({ where }) => where === undefined)
  const [first] = [...here.filter((spec) => spec.language === 'python'), ...here]
  return first?.name ?? 'python3'
}

export interface DescribedSpecsParts {
  readonly kernels: Kernels
  /** The kernelspec of notebooks that name none, where one was chosen. */
  readonly defaultKernel?: string
  /** The page's folder; null where no page is served. */
  readonly client: string | null
}

/** For the page (`specs`) and for Jupyter clients (`kernelspecs`), of the server that is opened at `origin`. */
export async function describeSpecs(
  { kernels, defaultKernel: chosen, client }: DescribedSpecsParts,
  origin: string,
): Promise<KernelSpecs & { kernelspecs: object }> {
  try {
    const specs = await kernels.specs()
    const links = historyLink(client !== null, origin)
    const models = await Promise.all(specs.map((spec) => kernelspecModel(spec, links)))
    return {
      default: specs.every(({ where }) => where !== undefined) ? null : await defaultSpec(kernels, chosen),
      specs: specs.map(({ name, displayName, language, where }) => ({
        ...{ name, displayName, language },
        place: where === undefined ? null : where.id,
      })),
      places: [...(await kernels.places())],
      kernelspecs: Object.fromEntries(models.map((model) => [model.name, model])),
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
