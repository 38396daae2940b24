/**
 * Which kernels there are: kernelspecs on the search path and bare interpreters.
 * Invariant: a broken kernelspec is reported as a problem and never hides another.
 */
import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { Problem } from './errors.ts'
import type { KernelSpec } from './kernel.ts'
import type { JsonObject } from './message.ts'
import { readRegular } from './regular-file.ts'
import { kernelFolders, type SearchFrom } from './spec-paths.ts'

/** A Python with ipykernel in it, offered as a kernel without a kernelspec of its own. */
export interface Interpreter {
  readonly name: string
  readonly displayName: string
  /** The program's path. */
  readonly python: string
}

const KernelJson = z.object({
  argv: z.array(z.string()).min(1),
  display_name: z.string().min(1),
  language: z.string().default(''),
  env: z.record(z.string(), z.string()).default({}),
  interrupt_mode: z.enum(['signal', 'message']).default('signal'),
  metadata: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).default({}),
})

const NAME = /^[a-z0-9._-]+$/i

/** Interpreters first, then the search path; the first of a name (in lower case) wins. */
export async function findKernelSpecs(
  options: {
    readonly interpreters?: readonly Interpreter[] | undefined
    readonly from?: Partial<SearchFrom>
  } = {},
): Promise<{ readonly specs: readonly KernelSpec[]; readonly problems: readonly Problem[] }> {
  const interpreters = options.interpreters ?? []
  const folders = kernelFolders({
    platform: process.platform,
    env: process.env,
    home: homedir(),
    prefixes: interpreters.map(({ python }) => prefixOf(python)),
    path,
    ...options.from,
  })
  const found = await Promise.all(folders.map(readFolder))
  const byName = new Map<string, KernelSpec>()
  for (const spec of [...interpreters.map(bareSpec), ...found.flatMap(({ specs }) => specs)]) {
    if (!byName.has(spec.name)) byName.set(spec.name, spec)
  }
  return { specs: [...byName.values()], problems: found.flatMap(({ problems }) => problems) }
}

function bareSpec({ name, displayName, python }: Interpreter): KernelSpec {
  return {
    name: name.toLowerCase(),
    displayName,
    language: 'python',
    argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    env: {},
    interruptMode: 'signal',
    resourceDir: null,
    metadata: {},
  }
}

function prefixOf(python: string): string {
  const folder = path.dirname(python)
  return process.platform === 'win32' && path.basename(folder).toLowerCase() !== 'scripts'
    ? folder
    : path.dirname(folder)
}

async function readFolder(folder: string): Promise<{ specs: KernelSpec[]; problems: Problem[] }> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => NAME.test(name)).sort()
  const read = await Promise.all(names.map((name) => readSpec(path.join(folder, name), name.toLowerCase())))
  return {
    specs: read.filter((entry) => entry !== null && 'argv' in entry),
    problems: read.filter((entry) => entry !== null && 'kind' in entry),
  }
}

/** Null where the folder holds no kernelspec at all. */
async function readSpec(dir: string, name: string): Promise<KernelSpec | Problem | null> {
  const file = path.join(dir, 'kernel.json')
  const broken = (why: string): Problem => ({ kind: 'kernelspec-broken', detail: `${file}: ${why}` })
  try {
    const read = KernelJson.safeParse(JSON.parse((await readRegular(file)).toString()))
    if (!read.success) return broken(z.prettifyError(read.error))
    const { argv, display_name, language, env, interrupt_mode, metadata } = read.data
    const names = { name, displayName: display_name, language, resourceDir: dir }
    return { ...names, argv, env, metadata, interruptMode: interrupt_mode }
  } catch (error) {
    const missing =
      error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    return missing ? null : broken(String(error))
  }
}
