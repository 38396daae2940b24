/** The packages of the environment of a notebook's kernel. */
import type { Kernels } from '@yesterday/kernel-bridge'
import { environmentApi, type KernelEnvironment } from '../../../contract/environment.ts'
import { type Environment, readPackages } from '../../code-tools/read-packages.ts'
import { differencesSince, lastGoodRun } from '../../environments/since-good.ts'
import type { Sessions } from '../../session/sessions.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'
import { pythonOf } from './kernel-python.ts'

export interface EnvironmentParts {
  readonly kernels: Pick<Kernels, 'specs'>
  readonly sessions: Pick<Sessions, 'of' | 'withKernel'>
  readonly index: Pick<RunIndex, 'page' | 'receipt' | 'notebookOf'>
}

export function environmentRoutes(parts: EnvironmentParts): readonly Route[] {
  const answer = async (
    document: string,
    work: (environment: Environment) => Promise<Reply>,
  ): Promise<Reply> => {
    const python = await pythonOf(parts, document)
    if (python === null) return refuse(noKernel)
    const found = await readPackages(python)
    return found === null
      ? refuse({ code: 'noAnswer', status: 502, message: `${python} did not list its packages.` })
      : work(found)
  }
  return [
    on(environmentApi.environment, ({ params }) =>
      answer(params.document, async (found) => json(shownOf(found))),
    ),
    on(environmentApi.environmentSince, ({ params }) =>
      answer(params.document, async (found) => json(await sinceGood(parts, params.document, found))),
    ),
  ]
}

/** Where a package came from may be a path of a person: it stays here. */
const shownOf = ({ packages, ...rest }: Environment): KernelEnvironment => ({
  ...rest,
  packages: packages.map(({ name, version }) => ({ name, version })),
})

async function sinceGood({ index, sessions }: EnvironmentParts, document: string, found: Environment) {
  const { session } = sessions.of(document).view()
  const notebook = session === null ? null : await index.notebookOf(session)
  const good = notebook === null ? null : await lastGoodRun(index, notebook, session)
  const differences = good === null ? null : await differencesSince(index, good.run, found)
  return { run: good?.run ?? null, ended: good?.ended ?? null, differences: differences ?? [] }
}

const noKernel = {
  code: 'noKernel',
  status: 409,
  message: 'This notebook has no Python kernel that runs.',
  hint: 'Run a cell: its kernel starts.',
} as const
