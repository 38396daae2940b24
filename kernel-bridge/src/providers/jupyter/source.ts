/** Where the Jupyter servers of a provider come from: what the user entered, or what the provider starts. */
import type { JupyterServer } from './server.ts'
import type { Look } from './server-look.ts'

export interface FoundServer {
  readonly server: JupyterServer
  /** Aborts when the server is gone for good, with its kernels. Absent where only the server itself can say so. */
  readonly gone?: AbortSignal
  /** Resolves when there is a way to the server. Absent where there always is. */
  readonly ready?: () => Promise<void>
}

export interface ServerSource {
  /** The id of the provider. */
  readonly provider: string
  readonly title: string
  /** Asks no network. */
  has(place: string): boolean
  /** All places with their kernels. Never rejects, and answers within two seconds. */
  looks(): Promise<readonly Look[]>
  /** A server to start a kernel on, which answers now. Rejects with an `Error` for people. */
  reach(place: string): Promise<FoundServer & { readonly look: Look }>
  /** The server that kernels were started on. Null where it is gone. Starts none. Rejects where it cannot be asked. */
  find(place: string): Promise<FoundServer | null>
  close(): Promise<void>
}
