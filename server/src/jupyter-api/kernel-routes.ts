/** `/api/kernels` of Jupyter Server. */
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { KernelSpec } from '@yesterday/kernel-bridge'
import { type JupyterKernelStart, jupyterApi } from '../../contract/jupyter-api.ts'
import { locate } from '../files/locate.ts'
import { json, type Reply } from '../http/reply.ts'
import { type Call, on, type Route } from '../http/route.ts'
import type { Person } from '../people/people.ts'
import { type HostedKernel, kernelModel } from './hosted-kernel.ts'
import { type FreeStart, KernelConflictError, type KernelRegistry } from './kernel-registry.ts'
import { created, jupyterRefusal, noContent, noKernel, noKernelspec, startFailed } from './replies.ts'

export interface KernelParts {
  /** The project folder's real path. */
  readonly root: string
  readonly kernels: Pick<KernelRegistry, 'list' | 'get' | 'start' | 'forget'>
  readonly specs: () => Promise<readonly KernelSpec[]>
  /** Why nothing runs here; null if code may run. */
  readonly refusal: string | null
  readonly defaultSpec: () => Promise<string>
}

/** Clients of gateways send these; nothing reads them as code. All other names are ignored. */
const GATEWAY_VARIABLE = /^KERNEL_[A-Z0-9_]{1,64}$/
const MOST_VARIABLES = 64

export function kernelRoutes(parts: KernelParts): readonly Route[] {
  const { kernels } = parts
  const of = (handle: (kernel: HostedKernel, person: Person) => Promise<Reply>) => (call: KernelCall) =>
    withKernel(kernels, call, handle)
  return [
    on(jupyterApi.kernels, async () => json((await kernels.list()).map(kernelModel))),
    on(jupyterApi.startKernel, ({ body, person }) => start(parts, body, person)),
    on(
      jupyterApi.kernel,
      of(async (kernel) => json(kernelModel(kernel))),
    ),
    on(
      jupyterApi.shutdownKernel,
      of((kernel, person) => shutdown(kernels, kernel, person)),
    ),
    on(jupyterApi.interruptKernel, of(interrupt)),
    on(jupyterApi.restartKernel, of(restart)),
  ]
}

type KernelCall = Call<{ kernel: string }>

async function withKernel(
  kernels: Pick<KernelRegistry, 'get'>,
  { params, person }: KernelCall,
  handle: (kernel: HostedKernel, person: Person) => Promise<Reply>,
): Promise<Reply> {
  const kernel = await kernels.get(params.kernel)
  return kernel === null ? noKernel(params.kernel) : handle(kernel, person)
}

async function start(parts: KernelParts, request: JupyterKernelStart, person: Person): Promise<Reply> {
  const started = await startFree(parts, request, person)
  if (!('kernel' in started)) return started
  const { kernel } = started
  return created(`/api/kernels/${kernel.id}`, kernelModel(kernel))
}

/** A kernel of a client's own, or why there is none. `name` is what the history calls its runs by. */
export async function startFree(
  parts: KernelParts,
  request: JupyterKernelStart,
  person: Person,
  name: string | null = null,
): Promise<{ readonly kernel: HostedKernel } | Reply> {
  const { refusal, specs, kernels } = parts
  if (refusal !== null) return jupyterRefusal({ code: 'untrusted', status: 403, message: refusal })
  const specName = (request.name || (await parts.defaultSpec())).toLowerCase()
  if (!(await specs()).some(({ name }) => name === specName)) return noKernelspec(specName)
  const cwd = await workingFolder(parts.root, request.path ?? '')
  const id = request.kernel_id ?? null
  const actor = { id: person.id, name: person.name }
  const options: FreeStart = { id, specName, cwd, env: variables(request.env), name, actor }
  try {
    return { kernel: await kernels.start(options) }
  } catch (error) {
    if (!(error instanceof KernelConflictError)) return startFailed(error)
    return jupyterRefusal({ code: 'conflict', status: 409, message: error.message })
  }
}

/** The folder that the path names, else that of the file that it names, else the project's: the path need not exist. */
export async function workingFolder(root: string, path: string): Promise<string> {
  const named = path.replace(/^\/+|\/+$/g, '')
  for (const candidate of [named, dirname(named)]) {
    const located = await locate(root, candidate === '.' ? '' : candidate)
    if (located.ok && (await isFolder(located.absolute))) return located.absolute
  }
  return root
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}

function variables(env: Readonly<Record<string, unknown>>): Record<string, string> {
  const named = Object.entries(env).filter(([name]) => GATEWAY_VARIABLE.test(name))
  const texts = named.flatMap(([name, value]) =>
    typeof value === 'string' && isPassable(value) ? [[name, value]] : [],
  )
  return Object.fromEntries(texts.slice(0, MOST_VARIABLES))
}

/** A lone surrogate has no UTF-8: the kernel would get other bytes. */
const isPassable = (value: string): boolean =>
  value.length <= 10_000 && !value.includes('\0') && value.isWellFormed()

async function shutdown(
  kernels: Pick<KernelRegistry, 'forget'>,
  kernel: HostedKernel,
  person: Person,
): Promise<Reply> {
  await kernel.shutdown({ id: person.id, name: person.name })
  kernels.forget(kernel.id)
  return noContent
}

async function interrupt(kernel: HostedKernel): Promise<Reply> {
  await kernel.interrupt()
  return noContent
}

async function restart(kernel: HostedKernel, person: Person): Promise<Reply> {
  try {
    await kernel.restart({ id: person.id, name: person.name })
    return json(kernelModel(kernel))
  } catch (error) {
    return startFailed(error)
  }
}
