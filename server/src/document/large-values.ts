/**
 * Between the outputs of a file and those of a document. `outline` escapes an output and takes its large parts out,
 * leaving references; `inline` is its inverse. Invariant: inline after outline says what the output said; a value that
 * would not come back the same (base64 that is not canonical) stays where it is.
 */
import { createHash } from 'node:crypto'
import type { Masker } from '@yesterday/kernel-bridge'
import { INLINE_LIMIT, isObjectReference, type ObjectReference, streamHead } from '../../contract/document.ts'
import {
  escapeJson,
  escapeKey,
  isDeeperThan,
  TEXT_DEPTH_LIMIT,
  unescapeJson,
  unescapeKey,
  wellFormedText,
} from '../../contract/json.ts'
import { isBinaryMime, isJsonMime } from '../../contract/mime-rules.ts'
import { type OutputForm, rawText } from './cell-form.ts'
import { isJsonObject, type Json, type JsonObject } from './json-value.ts'
import { streamText } from './long-stream.ts'
import { maskedOutput } from './masked-output.ts'
import { notShownText, whyTooDeep } from './not-shown.ts'

/** Values taken out of outputs, by digest. */
export type LargeValues = Map<string, Uint8Array>

/** Bytes of a value by its digest; null when they are gone. */
export type ReadObject = (digest: string) => Promise<Uint8Array | null>

/**
 * An output of a file as the document holds it, masked if there is a masker; the bytes of its large values are added to
 * `large`. One that cannot
 * be in a document is a text that says why; the file keeps its own spelling as long as the output is not changed.
 */
export function outline(raw: unknown, large: LargeValues, masker: Masker | null = null): OutputForm {
  if (!isJsonObject(raw)) return { output_type: 'unknown' }
  const why = whyTooDeep(raw)
  if (why !== null)
    return { output_type: 'display_data', data: { 'text/plain': notShownText(why) }, metadata: {} }
  const output = masker === null ? raw : maskedOutput(raw, masker)
  return Object.fromEntries(
    Object.entries(output).map(([key, member]) => [
      outputKey(key),
      outlineMember(output, key, member, large),
    ]),
  )
}

/** `yesterday` is the server's own member of an output. */
const outputKey = (key: string): string => (key === 'yesterday' ? `yesterday.key:${key}` : escapeKey(key))

function outlineMember(output: JsonObject, key: string, member: Json, large: LargeValues): Json {
  if (key === 'text' && output.output_type === 'stream')
    return outlineValue('text/plain', rawText(member), large)
  if (key !== 'data' || !isJsonObject(member)) return escapeJson(member)
  const values = Object.entries(member).map(([mime, value]): [string, Json] => [
    escapeKey(mime),
    outlineValue(mime, isTextList(value) && !isJsonMime(mime) ? value.join('') : value, large),
  ])
  return Object.fromEntries(values)
}

const isTextList = (value: Json): value is readonly string[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'string')

function outlineValue(mime: string, value: Json, large: LargeValues): Json {
  const size = typeof value === 'string' ? value.length : JSON.stringify(value).length
  if (size * 3 <= INLINE_LIMIT) return escapeJson(value)
  const bytes = encodeValue(mime, value)
  if (bytes === null || bytes.length <= INLINE_LIMIT) return escapeJson(value)
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  large.set(digest, bytes)
  return { 'yesterday.object': { digest, size: bytes.length, mime } }
}

function encodeValue(mime: string, value: Json): Uint8Array | null {
  if (isJsonMime(mime)) return Buffer.from(wellFormedText(value))
  if (typeof value !== 'string') return null
  if (!isBinaryMime(mime)) return Buffer.from(value)
  const bytes = Buffer.from(value, 'base64')
  return bytes.toString('base64') === value.replace(/\s/g, '') ? bytes : null
}

/**
 * The output as its file has it, its references replaced by their values, a long stream with its beginning as far
 * as the limit allows (long-stream.ts); a lost object becomes a line of text.
 */
export async function inline(output: OutputForm, read: ReadObject): Promise<JsonObject> {
  const members: [string, Json][] = []
  for (const [key, member] of Object.entries(output)) {
    if (key !== 'yesterday') members.push([unescapeKey(key), await inlineMember(key, member, read)])
  }
  const inFile = Object.fromEntries(members)
  const head = output.output_type === 'stream' ? streamHead(output.yesterday) : null
  if (head === null || typeof inFile.text !== 'string') return inFile
  return { ...inFile, text: await streamText(inFile.text, head, read) }
}

async function inlineMember(key: string, member: Json, read: ReadObject): Promise<Json> {
  if (key !== 'data' || !isJsonObject(member)) return inlineValue(member, read)
  const values: [string, Json][] = []
  for (const [mime, value] of Object.entries(member))
    values.push([unescapeKey(mime), await inlineValue(value, read)])
  return Object.fromEntries(values)
}

async function inlineValue(value: Json, read: ReadObject): Promise<Json> {
  return isObjectReference(value) ? storedValue(value, read) : unescapeJson(value)
}

async function storedValue(reference: ObjectReference, read: ReadObject): Promise<Json> {
  const { digest, mime } = reference['yesterday.object']
  const bytes = await read(digest)
  if (bytes === null) return `[This output is missing from the project's objects: ${digest}]`
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isJsonMime(mime)) return parseJson(buffer.toString())
  return buffer.toString(isBinaryMime(mime) ? 'base64' : 'utf8')
}

/** A reference may come from a browser and call anything JSON; text is JSON as well. */
function parseJson(text: string): Json {
  try {
    const value: Json = JSON.parse(text)
    return isDeeperThan(TEXT_DEPTH_LIMIT, value) ? text : value
  } catch {
    return text
  }
}
