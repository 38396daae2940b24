/** The packages of the environment of a notebook's kernel. */
import type { Kernels } from '@yesterday/kernel-bridge'
import { environmentApi } from '../../../contract/environment.ts'
import { readPackages } from '../../code-tools/read-packages.ts'
import type { Sessions } from '../../session/sessions.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'
import { pythonOf } from './kernel-python.ts'

export interface EnvironmentParts {
  readonly kernels: Pick<Kernels, 'specs'>
  readonly sessions: Pick<Sessions, 'of' | 'withKernel'>
}

export function environmentRoutes(parts: EnvironmentParts): readonly Route[] {
  return [
    on(environmentApi.environment, async ({ params }) => {
      const python = await pythonOf(parts, params.document)
      if (python === null)
        return refuse({
          code: 'noKernel',
          status: 409,
          message: 'This notebook has no Python kernel that runs.',
          hint: 'Run a cell: its kernel starts.',
        })
      const found = await readPackages(python)
      return found === null
        ? refuse({ code: 'noAnswer', status: 502, message: `${python} did not list its packages.` })
        : json(found)
    }),
  ]
}
