/** Asks an interpreter for its packages. The answer is that of its own `importlib.metadata`, without code of the project. */
import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { type KernelEnvironment, Package } from '../../contract/environment.ts'

/** Where a package came from, where that was no index (PEP 610). `editable` is a folder that is imported in place. */
export type Origin =
  | { readonly kind: 'editable' }
  | { readonly kind: 'git'; readonly url: string; readonly commit: string }
  | { readonly kind: 'other' }
export interface Installed extends Package {
  /** Null for one of an index. */
  readonly origin: Origin | null
}
/** As `KernelEnvironment`, with the origins, which stay on the server: they may be paths and addresses of a person. */
export interface Environment extends Omit<KernelEnvironment, 'packages'> {
  readonly packages: readonly Installed[]
}

const LIMIT_MS = 30_000
const MOST_PACKAGES = 5_000
const QUESTION = `
import importlib.metadata, importlib.util, json, platform
def direct(one):
    try:
        return json.loads(one.read_text("direct_url.json") or "null")
    except Exception:
        return None
found = {}
for one in importlib.metadata.distributions():
    name = one.metadata["Name"]
    if name:
        # The first on the path is the one that is imported.
        found.setdefault(name.lower().replace("_", "-"), {
            "name": name, "version": one.version or "", "direct": direct(one)
        })
print(json.dumps({
    "version": platform.python_version(),
    "packages": sorted(found.values(), key=lambda one: one["name"].lower()),
    "pip": importlib.util.find_spec("pip") is not None,
}))
`
const Direct = z.object({
  url: z.string().max(2_000),
  dir_info: z.object({ editable: z.boolean().default(false) }).optional(),
  vcs_info: z.object({ vcs: z.string(), commit_id: z.string().max(100) }).optional(),
})
const Answer = z.object({
  version: z.string(),
  packages: z
    .array(Package.extend({ direct: z.unknown() }).transform(installedOf))
    .transform((all) => all.slice(0, MOST_PACKAGES)),
  pip: z.boolean(),
})

function installedOf({ name, version, direct }: Package & { readonly direct?: unknown }): Installed {
  const found = Direct.safeParse(direct)
  return {
    name,
    version,
    origin: found.success ? originOf(found.data) : direct == null ? null : { kind: 'other' },
  }
}

function originOf({ url, dir_info: folder, vcs_info: vcs }: z.infer<typeof Direct>): Origin {
  if (folder?.editable === true) return { kind: 'editable' }
  return vcs?.vcs === 'git' ? { kind: 'git', url, commit: vcs.commit_id } : { kind: 'other' }
}

/** Null when the interpreter does not answer as a Python does. `-I`: modules of the project are not imported. */
export async function readPackages(
  python: string,
  path = process.env.PATH ?? '',
): Promise<Environment | null> {
  const answer = await ask(python)
  if (answer === null) return null
  const { version, packages, pip } = answer
  return { python, version, packages, installer: pip ? 'pip' : (await findUv(path)) !== null ? 'uv' : null }
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

/** uv on a search path; null without one. */
export async function findUv(path: string): Promise<string | null> {
  const name = process.platform === 'win32' ? 'uv.exe' : 'uv'
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, name)
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return null
}
