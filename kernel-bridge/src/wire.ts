/**
 * pure. A Jupyter message as ZeroMQ frames, and back
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol):
 * routing frames, the delimiter, the signature, then header, parent header, metadata and content as JSON, then buffers.
 * Invariant: frames are believed whole or refused whole, and nothing is parsed before its signature was checked.
 */
import { z } from 'zod'
import type { Header, JsonObject, Message } from './message.ts'

const DELIMITER = '<IDS|MSG>'
const JSON_PARTS = 4
const utf8 = new TextDecoder()
const bytes = new TextEncoder()

/** The signature of the four JSON parts, as lower-case hex. */
export type Sign = (parts: readonly Uint8Array[]) => string
/** What is to be thought of a signature. */
export type Check = (signature: Uint8Array, parts: readonly Uint8Array[]) => 'genuine' | 'forged' | 'replayed'

/** A message that was not believed, and why. */
export interface Refusal {
  readonly refused: 'no-delimiter' | 'too-short' | 'forged' | 'replayed' | 'not-json' | 'not-a-message'
  readonly detail: string
}

const Fields = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
)

const text = z.string()

const WireHeader = z.looseObject({
  msg_id: text,
  msg_type: text,
  session: text.default(''),
  username: text.default(''),
  date: text.default(''),
  version: text.default(''),
  subshell_id: text.nullish(),
})

const WireParent = z.looseObject({
  msg_id: text.optional(),
  msg_type: text.optional(),
  session: text.optional(),
  username: text.optional(),
  date: text.optional(),
  version: text.optional(),
  subshell_id: text.nullish(),
})

const WireMessage = z.object({
  header: WireHeader,
  parent: WireParent,
  metadata: Fields,
  content: Fields,
})

/** What a message is made of before it is signed. */
export type Outgoing = Pick<Message, 'header' | 'parent' | 'metadata' | 'content' | 'buffers'>

/** Frames for a DEALER socket, which adds its own routing frame. */
export function encode(message: Outgoing, sign: Sign): Uint8Array[] {
  const { header, parent, metadata, content } = message
  const parts = [header, parent, metadata, content].map((part) => bytes.encode(JSON.stringify(part)))
  return [bytes.encode(DELIMITER), bytes.encode(sign(parts)), ...parts, ...message.buffers]
}

/** A message from a socket's frames, or the reason why they are no message. */
export function decode(
  frames: readonly Uint8Array[],
  channel: Message['channel'],
  check: Check,
): Message | Refusal {
  const start = frames.findIndex(
    (frame) => frame.length === DELIMITER.length && utf8.decode(frame) === DELIMITER,
  )
  if (start < 0) return { refused: 'no-delimiter', detail: `${frames.length} frames` }
  const [signature, ...rest] = frames.slice(start + 1)
  if (signature === undefined || rest.length < JSON_PARTS) {
    return { refused: 'too-short', detail: `${rest.length} frames after the signature` }
  }
  const parts = rest.slice(0, JSON_PARTS)
  const verdict = check(signature, parts)
  if (verdict !== 'genuine') return { refused: verdict, detail: `signature of ${signature.length} bytes` }
  return parse(parts, channel, rest.slice(JSON_PARTS))
}

function parse(
  parts: readonly Uint8Array[],
  channel: Message['channel'],
  buffers: readonly Uint8Array[],
): Message | Refusal {
  const json = parts.map((part) => parseJson(utf8.decode(part)))
  const broken = json.find((part) => 'error' in part)
  if (broken !== undefined && 'error' in broken) return { refused: 'not-json', detail: broken.error }
  const [header, parent, metadata, content] = json.map((part) => ('value' in part ? part.value : null))
  return asMessage({ header, parent, metadata, content }, channel, buffers)
}

/** A message from its four parts as already parsed JSON, or the reason why they are none. */
export function asMessage(
  parts: { header: unknown; parent: unknown; metadata: unknown; content: unknown },
  channel: Message['channel'],
  buffers: readonly Uint8Array[],
): Message | Refusal {
  const read = WireMessage.safeParse(parts)
  if (!read.success) return { refused: 'not-a-message', detail: z.prettifyError(read.error) }
  return { channel, buffers, ...read.data }
}

function parseJson(text: string): { value: unknown } | { error: string } {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { error: String(error) }
  }
}

/** True for what {@link decode} refused. */
export function isRefusal(result: Message | Refusal): result is Refusal {
  return 'refused' in result
}

/** A new header. `date` is ISO 8601. */
export function newHeader(facts: {
  msgId: string
  msgType: string
  session: string
  date: Date
  subshellId?: string
}): Header {
  return {
    msg_id: facts.msgId,
    msg_type: facts.msgType,
    session: facts.session,
    username: 'yesterday',
    date: facts.date.toISOString(),
    version: '5.4',
    ...(facts.subshellId === undefined ? {} : { subshell_id: facts.subshellId }),
  }
}
