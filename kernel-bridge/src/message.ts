/** pure. The Jupyter message: https://jupyter-client.readthedocs.io/en/stable/messaging.html (protocol 5.x). */

/** Whatever JSON can say; kernels may send anything, so fields are read through a schema, never trusted. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/** The five sockets of a kernel. */
export type Channel = 'shell' | 'iopub' | 'stdin' | 'control' | 'heartbeat'

/** A message's header. `date` is ISO 8601. */
export interface Header {
  readonly msg_id: string
  readonly msg_type: string
  readonly session: string
  readonly username: string
  readonly date: string
  readonly version: string
  readonly subshell_id?: string | null | undefined
}

/** The header of the request that led to a message; empty (`{}`) without a request. */
export type ParentHeader = { readonly [Field in keyof Header]?: Header[Field] | undefined }

/** One message as it came from, or goes to, a kernel. */
export interface Message {
  readonly channel: Exclude<Channel, 'heartbeat'>
  readonly header: Header
  readonly parent: ParentHeader
  readonly metadata: JsonObject
  readonly content: JsonObject
  readonly buffers: readonly Uint8Array[]
}
