/**
 * Asks an interpreter what it is. Invariant: an interpreter is offered only after it has itself imported ipykernel;
 * one that hangs, fails or is no Python at all is simply not one.
 */
import { execFile } from 'node:child_process'
import { z } from 'zod'

/** What an interpreter says of itself. */
export const Probed = z.object({
  version: z.tuple([z.number(), z.number()]),
  /** Root of its environment: two paths to one environment have the same. */
  prefix: z.string(),
  ipykernel: z.boolean(),
  /** Folders that installing a package changes. */
  packages: z.array(z.string()),
})
export type Probed = z.infer<typeof Probed>

const QUESTION = `
import json, site, sys, sysconfig
try:
    import ipykernel
    has = True
except Exception:
    has = False
folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
if site.ENABLE_USER_SITE:
    folders.add(site.getusersitepackages())
folders.update(p for p in sys.path if p.endswith(("site-packages", "dist-packages")))
print(json.dumps({
    "version": sys.version_info[:2], "prefix": sys.prefix, "ipykernel": has, "packages": sorted(folders),
}))
`
const LIMIT_MS = 20_000

/** Null when the program did not answer as a Python does, or not within 20 seconds: a busy machine takes long for the first import. */
export function probe(python: string): Promise<Probed | null> {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS, killSignal: 'SIGKILL', windowsHide: true } as const
    execFile(python, ['-c', QUESTION], options, (error, stdout) => {
      resolve(error === null ? parseAnswer(stdout) : null)
    })
  })
}

/** The answer is the last line: start-up files of the user may print before it. */
function parseAnswer(stdout: string): Probed | null {
  try {
    return Probed.safeParse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).data ?? null
  } catch {
    return null
  }
}
