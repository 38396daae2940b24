/** The Python environment of a notebook's kernel: its packages, and what installs more. */
import { z } from 'zod'
import { Timestamp } from './ids.ts'
import { EnvironmentDifference } from './replay.ts'
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

/** What the environment has otherwise than the last good run of the notebook, in an earlier session, had it. */
export const EnvironmentSince = z.object({
  /** Null where there is no such run. */
  run: z.string().nullable(),
  ended: Timestamp.nullable(),
  /** Packages that the run had imported, and Python. */
  differences: z.array(EnvironmentDifference).max(5_000),
})
export type EnvironmentSince = z.infer<typeof EnvironmentSince>

const OpenNotebook = z.object({ document: z.string().max(200) })

export const environmentApi = {
  environment: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/environment',
    summary: 'Lists the packages of the environment in which the notebook’s kernel runs.',
    role: 'viewer',
    params: OpenNotebook,
    answer: KernelEnvironment,
  },
  environmentSince: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/environment/since',
    summary: 'Compares the environment of the notebook’s kernel with that of its last good run.',
    role: 'viewer',
    params: OpenNotebook,
    answer: EnvironmentSince,
  },
} as const
