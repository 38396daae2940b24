/** The kernels that a notebook can choose from. */
import type { KernelSpecs } from '../../../contract/http.ts'
import { projectApi } from '../../../contract/project-api.ts'
import { json } from '../reply.ts'
import { on, type Route } from '../route.ts'

export function kernelspecRoutes(specs: (origin: string) => Promise<KernelSpecs>): readonly Route[] {
  return [on(projectApi.kernelspecs, async ({ origin }) => json(await specs(origin)))]
}
