/** Asks an interpreter for its packages. The answer is that of its own `importlib.metadata`, without code of the project. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { type KernelEnvironment, Package } from '../../contract/environment.ts'

const LIMIT_MS = 30_000
const MOST_PACKAGES = 5_000
const QUESTION = `
import importlib.metadata, importlib.util, json, platform
found = {}
for one in importlib.metadata.distributions():
    name = one.metadata["Name"]
    if name:
        # The first on the path is the one that is imported.
        found.setdefault(name.lower().replace("_", "-"), {"name": name, "version": one.version or ""})
print(json.dumps({
    "version": platform.python_version(),
    "packages": sorted(found.values(), key=lambda one: one["name"].lower()),
    "pip": importlib.util.find_spec("pip") is not None,
}))
`
const Answer = z.object({
  version: z.string(),
  packages: z.array(Package).transform((all) => all.slice(0, MOST_PACKAGES)),
  pip: z.boolean(),
})

/** Null when the interpreter does not answer as a Python does. `-I`: modules of the project are not imported. */
export async function readPackages(
  python: string,
  path = process.env.PATH ?? '',
): Promise<KernelEnvironment | null> {
  const answer = await ask(python)
  if (answer === null) return null
  const { version, packages, pip } = answer
  return { python, version, packages, installer: pip ? 'pip' : (await hasUv(path)) ? 'uv' : null }
}

function ask(python: string): Promise<z.infer<typeof Answer> | null> {
  const { promise, resolve } = Promise.withResolvers<z.infer<typeof Answer> | null>()
  const options = {
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    windowsHide: true,
    maxBuffer: 8_000_000,
  } as const
  execFile(python, ['-I', '-c', QUESTION], options, (error, stdout) => {
    resolve(error === null ? parsed(stdout) : null)
  })
  return promise
}

function parsed(stdout: string): z.infer<typeof Answer> | null {
  try {
    return Answer.safeParse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).data ?? null
  } catch {
    return null
  }
}

async function hasUv(path: string): Promise<boolean> {
  const name = process.platform === 'win32' ? 'uv.exe' : 'uv'
  const found = path
    .split(delimiter)
    .filter(isAbsolute)
    .map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    )
  return (await Promise.all(found)).includes(true)
}
