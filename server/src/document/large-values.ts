/**
 * Large parts of outputs stand outside the document. `outline` takes them out and leaves references; `inline` puts
 * them back for a saved file. Invariant: inline after outline says what the output said; a value that would not come
 * back the same (base64 that is not canonical) stays where it is.
 */
import { createHash } from 'node:crypto'
import { INLINE_LIMIT, isObjectReference, type ObjectReference } from '../../contract/document.ts'
import { isBinaryMime, isJsonMime, type OutputForm } from './cell-form.ts'
import { isJsonObject, type Json, type JsonObject } from './json-value.ts'

/** Values taken out of outputs, by digest. */
export type LargeValues = Map<string, Uint8Array>

/** Bytes of a value by its digest; null when they are gone. */
export type ReadObject = (digest: string) => Promise<Uint8Array | null>

/** The output with its large values replaced; their bytes are added to `large`. */
export function outline(output: OutputForm, large: LargeValues): OutputForm {
  if (typeof output.text === 'string')
    return { ...output, text: outlineValue('text/plain', output.text, large) }
  if (!isJsonObject(output.data)) return output
  return { ...output, data: mapMembers(output.data, (value, mime) => outlineValue(mime, value, large)) }
}

function outlineValue(mime: string, value: Json, large: LargeValues): Json {
  const size = typeof value === 'string' ? value.length : JSON.stringify(value).length
  if (size * 3 <= INLINE_LIMIT) return value
  const bytes = encodeValue(mime, value)
  if (bytes === null || bytes.length <= INLINE_LIMIT) return value
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  large.set(digest, bytes)
  return { 'yesterday.object': { digest, size: bytes.length, mime } }
}

function encodeValue(mime: string, value: Json): Uint8Array | null {
  if (isJsonMime(mime)) return Buffer.from(JSON.stringify(value))
  if (typeof value !== 'string') return null
  if (!isBinaryMime(mime)) return Buffer.from(value)
  const bytes = Buffer.from(value, 'base64')
  return bytes.toString('base64') === value.replace(/\s/g, '') ? bytes : null
}

/** The output with its references replaced by what they stand for; a lost object becomes a line of text. */
export async function inline(output: OutputForm, read: ReadObject): Promise<OutputForm> {
  if (isObjectReference(output.text)) return { ...output, text: await inlineValue(output.text, read) }
  if (!isJsonObject(output.data)) return output
  const members: [string, Json][] = []
  for (const [mime, value] of Object.entries(output.data)) {
    members.push([mime, isObjectReference(value) ? await inlineValue(value, read) : value])
  }
  return { ...output, data: Object.fromEntries(members) }
}

async function inlineValue(reference: ObjectReference, read: ReadObject): Promise<Json> {
  const { digest, mime } = reference['yesterday.object']
  const bytes = await read(digest)
  if (bytes === null) return `[This output is missing from the project's objects: ${digest}]`
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isJsonMime(mime)) return parseJson(buffer.toString())
  return buffer.toString(isBinaryMime(mime) ? 'base64' : 'utf8')
}

function parseJson(text: string): Json {
  const value: Json = JSON.parse(text)
  return value
}

function mapMembers(object: JsonObject, change: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]))
}
