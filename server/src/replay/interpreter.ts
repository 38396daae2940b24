/** The kernel that a replay uses: its Python's facts before it starts, and distributions laid over it. */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Kernel, Kernels, StartOptions } from '@yesterday/kernel-bridge'
import type { Receipt } from '../../contract/run.ts'
import { EnvironmentFacets, emptyFacets } from './environment.ts'
import type { Sandbox } from './isolation/isolation.ts'
import { probeCode } from './kernel-code.ts'

const run = promisify(execFile)
const PROBE_MS = 30_000
const PIP_MS = 600_000

/** Variables that decide results, as the agent records them. */
const WATCHED = ['LANG', 'LC_ALL', 'TZ', 'OMP_NUM_THREADS', 'CUDA_VISIBLE_DEVICES']

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

/** Puts these distributions into a folder of their own that is searched before the interpreter's. Null, or why it failed. */
export async function layOver(
  python: string,
  folder: string,
  distributions: readonly { readonly name: string; readonly version: string }[],
  env: NodeJS.ProcessEnv,
): Promise<string | null> {
  await mkdir(folder, { recursive: true })
  const wanted = distributions.map(({ name, version }) => `${name}==${version}`)
  const program = await installer(python, env)
  if (program === null)
    return `neither pip nor uv is there to get ${wanted.join(', ')}; to put pip there: ${python} -m ensurepip`
  const [command = '', ...words] = [...program, '--quiet', '--no-deps', '--target', folder, ...wanted]
  try {
    await run(command, words, { timeout: PIP_MS, env: { ...env, PIP_DISABLE_PIP_VERSION_CHECK: '1' } })
    return null
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return `${wanted.join(', ')} could not be had: ${said.trim().split('\n').at(-1) ?? ''}`
  }
}

/**
 * The words that install for an interpreter: by its own pip, by uv, whose environments have none, or by the pip of the
 * interpreter that it was made from.
 */
async function installer(python: string, env: NodeJS.ProcessEnv): Promise<readonly string[] | null> {
  const answers = (command: string, words: readonly string[]): Promise<string | null> =>
    run(command, [...words], { timeout: PROBE_MS, env }).then(
      ({ stdout }) => stdout.trim(),
      () => null,
    )
  if ((await answers(python, ['-m', 'pip', '--version'])) !== null) return [python, '-m', 'pip', 'install']
  if ((await answers('uv', ['--version'])) !== null) return ['uv', 'pip', 'install', '--python', python]
  const base = (await answers(python, ['-c', 'import sys; print(sys._base_executable)'])) ?? python
  const has = (await answers(base, ['-m', 'pip', '--python', python, '--version'])) !== null
  return has ? [base, '-m', 'pip', '--python', python, 'install'] : null
}

/** The same kernels, each started with the seed of string hashes that this run had: it orders sets. */
export const withHashSeed = (kernels: Kernels, { state }: Pick<Receipt, 'state'>): Kernels =>
  state?.hashSeed == null ? kernels : inSandbox(kernels, { env: {} }, { PYTHONHASHSEED: state.hashSeed })

/** The same kernels, each started in the sandbox with more in its environment, and none kept ready. */
export function inSandbox(
  kernels: Kernels,
  { env: own, wrap }: Pick<Sandbox, 'env' | 'wrap'>,
  env: Readonly<Record<string, string>>,
): Kernels {
  const start = (options: StartOptions): Promise<Kernel> =>
    kernels.start({
      ...options,
      env: { ...options.env, ...own, ...env },
      prewarm: false,
      ...(wrap && { wrap }),
    })
  return {
    start,
    places: () => kernels.places(),
    specs: () => kernels.specs(),
    find: (address) => kernels.find(address),
    salvage: (address) => kernels.salvage(address),
    moveSpool: (address, target) => kernels.moveSpool(address, target),
    forget: (address) => kernels.forget(address),
    list: () => kernels.list(),
    ownership: (address) => kernels.ownership(address),
    end: (address) => kernels.end(address),
    endOrphans: () => kernels.endOrphans(),
    objectsOf: (address) => kernels.objectsOf(address),
    prewarm: () => undefined,
    close: async () => undefined,
  }
}
