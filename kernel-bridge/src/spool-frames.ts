/**
 * pure. The messages of one run as the agent spooled them: repeated [u32 length][u32 JSON length][JSON][u32 count,
 * (u32 length, bytes)*], big-endian. Invariant: a file cut short anywhere (the kernel was killed while it wrote)
 * gives every whole message before the cut.
 */
import type { Message } from './message.ts'
import { asMessage, isRefusal } from './wire.ts'

const U32 = 4
const utf8 = new TextDecoder()

/** The messages, and what could not be read of the rest (null: all was). */
export function parseFrames(bytes: Uint8Array): {
  readonly messages: Message[]
  readonly broken: string | null
} {
  const messages: Message[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at + U32 <= bytes.length) {
    const end = at + U32 + view.getUint32(at)
    if (end > bytes.length) return { messages, broken: null }
    const message = parseFrame(bytes.subarray(at + U32, end))
    if (typeof message === 'string') return { messages, broken: `${message} at byte ${at}` }
    messages.push(message)
    at = end
  }
  return { messages, broken: null }
}

function parseFrame(bytes: Uint8Array): Message | string {
  const sections = readSections(bytes)
  if (sections === null) return 'lengths that do not add up'
  const [json, ...buffers] = sections
  const parts = json === undefined ? null : parseParts(json)
  if (parts === null) return 'broken JSON'
  const message = asMessage(parts, 'iopub', buffers)
  return isRefusal(message) ? message.detail : message
}

function readSections(bytes: Uint8Array): Uint8Array[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const number = (): number => {
    at += U32
    return at <= bytes.length ? view.getUint32(at - U32) : Number.POSITIVE_INFINITY
  }
  const section = (): Uint8Array => {
    const length = number()
    const from = at
    at += length
    return bytes.subarray(from, at)
  }
  const sections = [section()]
  const count = number()
  for (let i = 0; i < count && at <= bytes.length; i++) sections.push(section())
  return at === bytes.length ? sections : null
}

type Parts = Parameters<typeof asMessage>[0]

function parseParts(json: Uint8Array): Parts | null {
  try {
    const value: unknown = JSON.parse(utf8.decode(json))
    if (typeof value !== 'object' || value === null) return null
    const at = (name: string): unknown => (name in value ? Reflect.get(value, name) : undefined)
    return {
      header: at('header'),
      parent: at('parent_header'),
      metadata: at('metadata'),
      content: at('content'),
    }
  } catch {
    return null
  }
}
