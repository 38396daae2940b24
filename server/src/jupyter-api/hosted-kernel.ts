/** A kernel as Jupyter clients see it: one id, whatever process is behind it. */
import { createHash } from 'node:crypto'
import type { JupyterKernel } from '../../contract/jupyter-api.ts'
import type { Actor, KernelState } from '../../contract/session.ts'
import type { Clients } from './clients.ts'
import type { Received } from './message.ts'

export interface HostedKernel {
  /** A UUID. It stays over restarts. */
  readonly id: string
  /** Of the kernelspec. */
  readonly name: string
  /** The notebook of the project, or what a client names: the history calls its runs by it. */
  readonly path: string
  readonly state: Exclude<KernelState, 'none'>
  readonly lastActivity: Date
  readonly clients: Clients
  /** `client`: a client started it, and it belongs to no notebook. */
  readonly owner: 'client' | 'notebook'
  /** Passes a client's message on. Throws `RangeError` for one that cannot be passed on. */
  receive(client: string, message: Received, actor: Actor): void
  /** Does nothing where nothing runs. */
  interrupt(): Promise<void>
  /** Settles when the new process answers; rejects if it does not start. */
  restart(actor: Actor): Promise<void>
  /** Settles when the process is gone and recorded. */
  shutdown(actor: Actor): Promise<void>
}

/** True while a process is on its way that does not answer yet. */
export const isComing = (state: KernelState): boolean => state === 'starting' || state === 'restarting'

/** A UUID that follows from words: the same notebook has the same one after a restart of the server. */
export function uuidOf(...words: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(words)).digest('hex')
  // RFC 9562, version 8: custom.
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`]
  return [...parts, hex.slice(20, 32)].join('-')
}

/** Jupyter's model of a kernel (`Kernel` of Jupyter Server's OpenAPI document). */
export function kernelModel({ id, name, state, lastActivity, clients }: HostedKernel): JupyterKernel {
  return {
    id,
    name,
    last_activity: lastActivity.toISOString(),
    execution_state: state,
    connections: clients.connections,
  }
}
