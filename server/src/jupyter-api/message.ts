/**
 * pure. A Jupyter message between a client and a kernel, parsed once where it comes in and encoded once for all clients
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html).
 */
import { randomUUID } from 'node:crypto'
import type { Header, JsonObject, Message } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { whyTooDeep } from '../document/not-shown.ts'

const text = z.string().max(1_000)
const Fields = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)
/** Jupyter Server's gateway client sends seconds since 1970 in place of ISO 8601. */
const MessageDate = z.preprocess(
  (date) => (typeof date === 'number' ? (isoDate(date) ?? '') : date),
  text.optional(),
)
const isoDate = (seconds: number): string | null =>
  Math.abs(seconds) < 1e11 ? new Date(seconds * 1000).toISOString() : null

const ClientHeader = z.looseObject({
  msg_id: text.min(1),
  msg_type: text.min(1),
  session: text.default(''),
  username: text.default(''),
  date: MessageDate.default(''),
  version: text.default('5.3'),
  subshell_id: text.nullish(),
})
const ParentHeader = z.looseObject({
  msg_id: text.optional(),
  msg_type: text.optional(),
  session: text.optional(),
  username: text.optional(),
  date: MessageDate,
  version: text.optional(),
  subshell_id: text.nullish(),
})

/** What clients may send to; `iopub` is the kernel's alone. */
export const ClientMessage = z
  .object({
    channel: z.enum(['shell', 'control', 'stdin']).default('shell'),
    header: ClientHeader,
    parent_header: z.preprocess((value) => value ?? {}, ParentHeader),
    metadata: z.preprocess((value) => value ?? {}, Fields),
    content: z.preprocess((value) => value ?? {}, Fields),
  })
  .refine((message) => whyTooDeep(message) === null, 'a message is at most 200 levels deep')

/** A message of a client, with its buffers. */
export interface Received {
  readonly channel: 'shell' | 'control' | 'stdin'
  readonly header: Header
  readonly parent: Message['parent']
  readonly metadata: JsonObject
  readonly content: JsonObject
  readonly buffers: readonly Uint8Array[]
}

/** A message for clients. Its JSON parts are encoded when the first client gets it. */
export class Sent {
  readonly message: Message
  #parts: readonly string[] | null = null
  readonly #frames = new Map<string, string | Uint8Array>()

  constructor(message: Message) {
    this.message = message
  }

  /** Header, parent header, metadata and content as JSON. */
  get parts(): readonly string[] {
    const { header, parent, metadata, content } = this.message
    this.#parts ??= [header, parent, metadata, content].map((part) => JSON.stringify(part))
    return this.#parts
  }

  /** UTF-16 units of JSON, and bytes of buffers. */
  get size(): number {
    const buffers = this.message.buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return this.parts.reduce((sum, { length }) => sum + length, buffers)
  }

  /** The frame of a framing, made once. */
  frame(framing: string, make: (sent: Sent) => string | Uint8Array): string | Uint8Array {
    const known = this.#frames.get(framing) ?? make(this)
    this.#frames.set(framing, known)
    return known
  }
}

/** The session that the server's own messages name. */
const SERVER_SESSION = randomUUID()

/** A message that the server makes in the kernel's place, as Jupyter Server does. */
export function ownMessage(
  channel: Message['channel'],
  msgType: string,
  content: JsonObject,
  parent: Message['parent'] = {},
): Message {
  const header: Header = {
    msg_id: randomUUID(),
    msg_type: msgType,
    session: SERVER_SESSION,
    username: 'yesterday',
    date: new Date().toISOString(),
    version: '5.4',
  }
  return { channel, header, parent, metadata: {}, content, buffers: [] }
}

/** `status` on iopub. */
export const statusMessage = (state: string, parent: Message['parent'] = {}): Message =>
  ownMessage('iopub', 'status', { execution_state: state }, parent)
