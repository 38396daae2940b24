/** `/api/sessions` of Jupyter Server. */

import { inBackground } from '@yesterday/kernel-bridge/background'
import { ProjectPath } from '../../contract/ids.ts'
import {
  type JupyterSessionChange,
  type JupyterSessionStart,
  jupyterApi,
} from '../../contract/jupyter-api.ts'
import type { Documents } from '../document/ports.ts'
import { locate } from '../files/locate.ts'
import { json, type Reply } from '../http/reply.ts'
import { type Call, on, type Route } from '../http/route.ts'
import type { Person } from '../people/people.ts'
import type { Sessions } from '../session/sessions.ts'
import { type ApiSession, type ApiSessions, notebookSession } from './api-sessions.ts'
import { bare } from './contents/model.ts'
import type { HostedKernel } from './hosted-kernel.ts'
import type { KernelRegistry } from './kernel-registry.ts'
import { type KernelParts, startFree } from './kernel-routes.ts'
import {
  created,
  jupyterRefusal,
  malformed,
  noContent,
  noKernel,
  noKernelspec,
  noSession,
  startFailed,
} from './replies.ts'

export interface SessionParts extends KernelParts {
  readonly kernels: KernelParts['kernels'] & Pick<KernelRegistry, 'ofNotebook'>
  readonly apiSessions: Pick<ApiSessions, 'list' | 'get' | 'ofPath' | 'make' | 'change' | 'forget'>
  readonly documents: Pick<Documents, 'open'>
  readonly sessions: Pick<Sessions, 'visit'>
}

type SessionCall = Call<{ session: string }>

export function sessionRoutes(parts: SessionParts): readonly Route[] {
  const { apiSessions } = parts
  const of =
    <Body>(handle: (session: ApiSession, person: Person, body: Body) => Promise<Reply>) =>
    async ({ params, person, body }: SessionCall & { readonly body: Body }) => {
      const session = await apiSessions.get(params.session)
      return session === null ? noSession(params.session) : handle(session, person, body)
    }
  return [
    on(jupyterApi.sessions, async () => json((await apiSessions.list()).map(({ model }) => model))),
    on(jupyterApi.startSession, ({ body, person }) => create(parts, body, person)),
    on(
      jupyterApi.session,
      of(async ({ model }) => json(model)),
    ),
    on(
      jupyterApi.changeSession,
      of((session, person, body: JupyterSessionChange) => change(parts, session, person, body)),
    ),
    on(
      jupyterApi.endSession,
      of((session, person) => remove(parts, session, person)),
    ),
  ]
}

/** A path that has a session gets that one, whatever kernel is asked for: so does Jupyter Server. */
async function create(parts: SessionParts, request: JupyterSessionStart, person: Person): Promise<Reply> {
  const known = await parts.apiSessions.ofPath(request.path)
  if (known !== null) return answered(known)
  const notebook = request.kernel?.id ? null : await ofNotebook(parts, request, person)
  if (notebook !== null) return 'model' in notebook ? answered(notebook) : notebook
  const { path, type, name } = request
  const kernel = await kernelFor(parts, request, person)
  if (!('kernel' in kernel)) return kernel
  return answered(parts.apiSessions.make({ path, type, name: name ?? '' }, kernel.kernel))
}

const answered = ({ model }: ApiSession): Reply => created(`/api/sessions/${model.id}`, model)

/** Starts the kernel of a notebook of the project; null where the path names none. */
async function ofNotebook(
  { root, refusal, documents, sessions, kernels, specs }: SessionParts,
  { path, type, kernel }: JupyterSessionStart,
  person: Person,
): Promise<ApiSession | Reply | null> {
  if (type !== 'notebook' || !path.endsWith('.ipynb') || !(await locate(root, path)).ok) return null
  if (refusal !== null) return jupyterRefusal({ code: 'untrusted', status: 403, message: refusal })
  const opened = await documents.open(path)
  if (!opened.ok) return jupyterRefusal(opened.refusal)
  const name = kernel?.name?.toLowerCase() ?? null
  if (name !== null && !(await specs()).some((spec) => spec.name === name)) return noKernelspec(name, 501)
  const visit = await sessions.visit(opened.document.id)
  if (visit === null) return null
  try {
    visit.session.start(name, { id: person.id, name: person.name })
    const hosted = await kernels.ofNotebook(opened.document.id)
    await hosted?.untilStarted()
    return hosted && notebookSession(hosted)
  } catch (error) {
    return startFailed(error)
  } finally {
    visit.leave()
  }
}

/** The kernel that a client names, or a new one. */
async function kernelFor(
  parts: SessionParts,
  { path, kernel }: Pick<JupyterSessionChange, 'path' | 'kernel'>,
  person: Person,
): Promise<{ readonly kernel: HostedKernel } | Reply> {
  if (kernel?.id) {
    const known = await parts.kernels.get(kernel.id)
    return known === null ? noKernel(kernel.id) : { kernel: known }
  }
  return startFree(parts, { name: kernel?.name, path, env: {} }, person, runName(path ?? ''))
}

/** A path by which the history can be asked; null where this is none. */
function runName(path: string): string | null {
  const named = ProjectPath.safeParse(bare(path))
  return named.success && named.data !== '' ? named.data : null
}

async function change(
  parts: SessionParts,
  session: ApiSession,
  person: Person,
  wanted: JupyterSessionChange,
): Promise<Reply> {
  return session.notebook === null
    ? changeMade(parts, session, wanted, person)
    : changeNotebook(parts, session.notebook, wanted, person)
}

async function changeMade(
  parts: SessionParts,
  { model, kernel: before }: ApiSession,
  { kernel, path, name, type }: JupyterSessionChange,
  person: Person,
): Promise<Reply> {
  const next =
    kernel?.id || kernel?.name
      ? await kernelFor(parts, { kernel, path: path ?? model.path }, person)
      : { kernel: before }
  if (!('kernel' in next)) return next
  const facts = { ...(path && { path }), ...(name != null && { name }), ...(type && { type }) }
  const changed = parts.apiSessions.change(model.id, facts, next.kernel)
  // A notebook's own kernel is not the client's to end by the way.
  if (next.kernel !== before && before.owner === 'client')
    inBackground(end(parts, before, person), 'ending a replaced kernel')
  return changed === null ? noSession(model.id) : json(changed.model)
}

/** Its path follows its file, and its name the path. A kernel of another kernelspec takes the place of its own. */
async function changeNotebook(
  { specs }: SessionParts,
  notebook: NonNullable<ApiSession['notebook']>,
  { kernel }: JupyterSessionChange,
  person: Person,
): Promise<Reply> {
  const { model } = notebookSession(notebook)
  if (kernel?.id && kernel.id !== notebook.id)
    return malformed(`The notebook ${model.path} has a kernel of its own. Name a kernelspec to change it.`)
  const name = kernel?.name?.toLowerCase()
  if (kernel?.id || !name) return json(model)
  if (!(await specs()).some((spec) => spec.name === name)) return noKernelspec(name, 501)
  try {
    await notebook.restart({ id: person.id, name: person.name }, name)
    return json(notebookSession(notebook).model)
  } catch (error) {
    return startFailed(error)
  }
}

async function remove(parts: SessionParts, { model, kernel }: ApiSession, person: Person): Promise<Reply> {
  parts.apiSessions.forget(model.id)
  await end(parts, kernel, person)
  return noContent
}

async function end({ kernels }: SessionParts, kernel: HostedKernel, person: Person): Promise<void> {
  await kernel.shutdown({ id: person.id, name: person.name })
  kernels.forget(kernel.id)
}
