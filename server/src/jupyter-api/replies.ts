/** pure. Refusals as Jupyter clients read them (`message`, `reason`), and as the page reads them (`error`). */
import type { Refusal } from '../document/ports.ts'
import { type Reply, refusalBody } from '../http/reply.ts'
import { startProblem } from '../session/kernel-problem.ts'

/** `short_message` is what JupyterLab shows for a kernel that is not there; `reason` is a word for programs. */
export function jupyterRefusal(refusal: Refusal, reason: string | null = null): Reply {
  const { message, status } = refusal
  const body = { ...refusalBody(refusal), message, reason, short_message: message }
  return { kind: 'json', status, body }
}

export const noKernel = (id: string): Reply =>
  jupyterRefusal({ code: 'missing', status: 404, message: `Kernel does not exist: ${id}` })
export const noSession = (id: string): Reply =>
  jupyterRefusal({ code: 'missing', status: 404, message: `Session not found: session_id=${id}` })
export const noKernelspec = (name: string, status: 404 | 501 = 404): Reply =>
  jupyterRefusal({ code: 'missing', status, message: `Kernel spec ${name} not found` })
export const malformed = (message: string): Reply =>
  jupyterRefusal({ code: 'badRequest', status: 400, message })

/** A kernel that could not be started or restarted, with the reason. */
export const startFailed = (error: unknown): Reply =>
  jupyterRefusal({ code: 'startFailed', status: 500, message: startProblem(error) })

/** What was made, and its address. */
export const created = (location: string, body: object): Reply => ({
  kind: 'json',
  status: 201,
  headers: { location },
  body,
})

/** As Jupyter Server answers: its OpenAPI document names one content type for all. */
export const noContent: Reply = { kind: 'empty', headers: { 'content-type': 'application/json' } }
