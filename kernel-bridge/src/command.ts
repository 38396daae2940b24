/** What exactly is run for a kernelspec: the program found, the placeholders filled in, the environment made. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { KernelStartError } from './errors.ts'
import type { KernelSpec } from './kernel.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The argv to run. Rejects with `KernelStartError` (`program-missing`) where the program cannot be run. */
export async function commandOf(
  spec: KernelSpec,
  connectionFile: string,
  env: Environment,
): Promise<readonly string[]> {
  const [named = '', ...rest] = spec.argv
  const program = await firstRunnable(candidates(spec, named, env))
  if (program === null) throw programMissing(spec, named)
  const filled: Readonly<Record<string, string>> = {
    connection_file: connectionFile,
    resource_dir: spec.resourceDir ?? '',
    prefix: environmentRoot(spec) ?? '',
  }
  return [
    program,
    ...rest.map((part) => part.replaceAll(/\{(\w+)\}/g, (whole, name) => filled[name] ?? whole)),
  ]
}

/** A kernelspec inside of an environment that says just `python` means that environment's Python. */
function candidates(spec: KernelSpec, named: string, env: Environment): readonly string[] {
  if (path.isAbsolute(named)) return withExtensions(named, env)
  const root = environmentRoot(spec)
  const own =
    root === null || !/^python[0-9.]*$/.test(named)
      ? []
      : [path.join(root, 'bin'), root, path.join(root, 'Scripts')]
  const searched = (env.PATH ?? env.Path ?? '').split(path.delimiter).filter((folder) => folder !== '')
  return [...own, ...searched].flatMap((folder) => withExtensions(path.join(folder, named), env))
}

function withExtensions(file: string, env: Environment): readonly string[] {
  if (process.platform !== 'win32') return [file]
  const extensions = (env.PATHEXT ?? '.EXE;.CMD;.BAT').split(';')
  return path.extname(file) === '' ? extensions.map((extension) => file + extension) : [file]
}

/** `<root>/share/jupyter/kernels/<name>` lies in the environment `<root>`. */
function environmentRoot({ resourceDir }: KernelSpec): string | null {
  if (resourceDir === null) return null
  const kernels = path.dirname(resourceDir)
  const tail = path.join('share', 'jupyter', 'kernels')
  return kernels.endsWith(path.sep + tail) ? kernels.slice(0, -tail.length - 1) : null
}

async function firstRunnable(files: readonly string[]): Promise<string | null> {
  for (const file of files) {
    const runnable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runnable) return file
  }
  return null
}

function programMissing(spec: KernelSpec, program: string): KernelStartError {
  const where =
    spec.resourceDir === null ? 'the interpreter it was given' : path.join(spec.resourceDir, 'kernel.json')
  return new KernelStartError(
    `The kernel "${spec.displayName}" (${spec.name}) cannot start: its program ${program} is missing or may not be run. ` +
      `Install it again, choose another kernel, or correct ${where}.`,
    { reason: 'program-missing', specName: spec.name, program },
  )
}

/** The process' environment: ours, the kernelspec's with `${NAME}` filled in, the caller's. */
export function environmentOf(
  ours: Environment,
  spec: KernelSpec,
  added: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const filled = Object.entries(spec.env).map(([name, value]): [string, string] => [
    name,
    value.replaceAll(/\$\{(\w+)\}/g, (whole, other) => ours[other] ?? whole),
  ])
  // A kernel that knows its parent ends with it; ours shall outlive us.
  const { JPY_PARENT_PID: _parent, JPY_INTERRUPT_EVENT: _event, ...rest } = ours
  return { ...rest, ...Object.fromEntries(filled), ...added }
}
