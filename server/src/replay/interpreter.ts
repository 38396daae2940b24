/** The kernel that a replay uses: its Python's facts before it starts, and distributions laid over it. */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Kernel, Kernels, StartOptions } from '@yesterday/kernel-bridge'
import { EnvironmentFacets, emptyFacets } from './environment.ts'
import { probeCode } from './kernel-code.ts'

const run = promisify(execFile)
const PROBE_MS = 30_000
const PIP_MS = 600_000

/** Variables that decide results, as the agent records them. */
const WATCHED = ['LANG', 'LC_ALL', 'TZ', 'PYTHONHASHSEED', 'OMP_NUM_THREADS', 'CUDA_VISIBLE_DEVICES']

/** What the interpreter has now; nothing where it is no Python or does not answer. */
export async function probe(
  python: string,
  distributions: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<EnvironmentFacets> {
  const words = ['-c', probeCode, JSON.stringify(distributions), JSON.stringify(WATCHED)]
  try {
    const { stdout } = await run(python, words, { timeout: PROBE_MS, env })
    return EnvironmentFacets.parse(JSON.parse(stdout))
  } catch {
    return emptyFacets
  }
}

/** Puts these distributions into a folder of their own, to stand before the interpreter's. Null, or why it failed. */
export async function layOver(
  python: string,
  folder: string,
  distributions: readonly { readonly name: string; readonly version: string }[],
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  await mkdir(folder, { recursive: true })
  const wanted = distributions.map(({ name, version }) => `${name}==${version}`)
  const words = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--target',
    folder,
  ]
  try {
    await run(python, [...words, ...wanted], { timeout: PIP_MS, env })
    return null
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return `pip could not get ${wanted.join(', ')}: ${said.trim().split('\n').at(-1) ?? ''}`
  }
}

/** The same kernels, each started with more in its environment, and none kept ready. */
export function withVariables(kernels: Kernels, env: Readonly<Record<string, string>>): Kernels {
  const start = (options: StartOptions): Promise<Kernel> =>
    kernels.start({ ...options, env: { ...options.env, ...env }, prewarm: false })
  return {
    start,
    specs: () => kernels.specs(),
    find: (address) => kernels.find(address),
    salvage: (address) => kernels.salvage(address),
    forget: (address) => kernels.forget(address),
    prewarm: () => undefined,
    close: async () => undefined,
  }
}
