/** Kernelspecs as Jupyter clients know them, and their logos. */
import { readdir, realpath } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import type { KernelSpec } from '@yesterday/kernel-bridge'
import type { HistoryLink, JupyterKernelspec } from '../../contract/jupyter-api.ts'
import { openRegular } from '../disk/regular-file.ts'
import { inertPolicy } from '../http/policy.ts'
import type { Reply } from '../http/reply.ts'

/** `kernel.js` and `kernel.css` are code for the page of the classic notebook: they are not served. */
const LOGO = /^logo-[\w-]{1,64}\.(?:png|svg|jpg|gif)$/
const types: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.gif': 'image/gif',
}

/** Where clients find the history; null where no page is served. `origin`: the address by which the server is opened. */
export const historyLink = (hasPage: boolean, origin: string): HistoryLink | null =>
  hasPage ? { history: `${origin}/notebooks/{path}#history=log` } : null

/** `KernelSpec` of Jupyter Server's OpenAPI document. `env` stays here: it may hold secrets. */
export async function kernelspecModel(
  { name, resourceDir, ...spec }: KernelSpec,
  links: HistoryLink | null,
): Promise<JupyterKernelspec> {
  const files = resourceDir === null ? [] : await readdir(resourceDir).catch(() => [])
  const logos = files.filter((file) => LOGO.test(file))
  return {
    name,
    spec: {
      argv: [...spec.argv],
      env: {},
      display_name: spec.displayName,
      language: spec.language,
      interrupt_mode: spec.interruptMode,
      metadata: links === null ? spec.metadata : { ...spec.metadata, yesterday: links },
    },
    resources: Object.fromEntries(
      logos.map((file) => [parse(file).name, `/kernelspecs/${encodeURIComponent(name)}/${file}`]),
    ),
  }
}

/** A logo; null where the kernelspec has none of this name. A link leads to no other folder. */
export async function logoReply({ resourceDir }: KernelSpec, file: string): Promise<Reply | null> {
  if (resourceDir === null || !LOGO.test(file)) return null
  try {
    const absolute = await realpath(join(resourceDir, file))
    if (dirname(absolute) !== (await realpath(resourceDir))) return null
    const headers = {
      'content-type': types[parse(file).ext] ?? 'application/octet-stream',
      'content-security-policy': inertPolicy,
      'cache-control': 'private, max-age=3600',
    }
    return { kind: 'opened', file: await openRegular(absolute), headers }
  } catch {
    return null
  }
}
