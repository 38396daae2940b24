/** The Python environment of a notebook's kernel: its packages, and what installs more. */
import { z } from 'zod'
import { plain } from './route.ts'

export const Package = z.object({ name: z.string().max(200), version: z.string().max(200) })
export type Package = z.infer<typeof Package>

export const KernelEnvironment = z.object({
  /** The interpreter, and its version as `3.11.4`. */
  python: z.string(),
  version: z.string(),
  /** By name, whatever the case. */
  packages: z.array(Package),
  /** What installs packages there; null where neither is found. `uv` is where the environment has no pip. */
  installer: z.enum(['pip', 'uv']).nullable(),
})
export type KernelEnvironment = z.infer<typeof KernelEnvironment>

export const environmentApi = {
  environment: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/environment',
    summary: 'Lists the packages of the environment in which the notebook’s kernel runs.',
    role: 'viewer',
    params: z.object({ document: z.string().max(200) }),
    answer: KernelEnvironment,
  },
} as const
