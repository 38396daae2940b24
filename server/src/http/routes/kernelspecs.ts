/** The kernels that a notebook can choose from. */
import type { KernelSpecs } from '../../../contract/http.ts'
import { projectApi } from '../../../contract/project-api.ts'
import { json } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function kernelspecRoutes(specs: () => Promise<KernelSpecs>): readonly Route[] {
  return [on(projectApi.kernelspecs, async () => json(await specs()))]
}
