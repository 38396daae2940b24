/** The kernels that a notebook can choose from. */
import type { KernelSpecs } from '../../../contract/http.ts'
import { json } from '../reply.ts'
import type { Route } from '../route.ts'

export function kernelspecRoutes(specs: () => Promise<KernelSpecs>): readonly Route[] {
  return [{ method: 'get', path: '/api/kernelspecs', handle: async () => json(await specs()) }]
}
