/**
 * Outputs as objects: large values of a bundle before they are shown, and every output of a run when it is recorded.
 * Invariant: text is stored as UTF-8, JSON as JSON, binary values as the bytes that their base64 says.
 */
import { INLINE_LIMIT, type ObjectReference } from '../../contract/document.ts'
import {
  escapeJson,
  escapeKey,
  isDeeperThan,
  isLargerThan,
  type Json,
  type JsonObject,
  TEXT_DEPTH_LIMIT,
  wellFormedText,
} from '../../contract/json.ts'
import { ERROR_MIME, PLAIN_TEXT } from '../../contract/mime.ts'
import { isBinaryMime, isJsonMime } from '../../contract/mime-rules.ts'
import type { OutputEntry } from '../../contract/run.ts'
import { notShownText } from '../document/not-shown.ts'
import type { ObjectStore } from '../store/ports.ts'
import { type Output, type RichOutput, type StreamOutput, shownData } from './run-outputs.ts'

/** The stored bytes of a bundle's value. */
export function bytesOf(mime: string, value: Json): Uint8Array {
  if (isDeeperThan(TEXT_DEPTH_LIMIT, value))
    return Buffer.from(notShownText(`is nested deeper than ${TEXT_DEPTH_LIMIT} levels`))
  if (typeof value !== 'string' || isJsonMime(mime)) return Buffer.from(wellFormedText(value))
  if (isBinaryMime(mime)) return Buffer.from(value, 'base64')
  return Buffer.from(value)
}

/** The bundle as a document holds it: each value over the limit stored and replaced by its reference, others escaped. */
export async function outlineBundle(data: JsonObject, objects: ObjectStore): Promise<JsonObject> {
  const members = Object.entries(data).map(async ([mime, value]) => {
    return [escapeKey(mime), await outlineValue(mime, value, objects)] as const
  })
  return Object.fromEntries(await Promise.all(members))
}

async function outlineValue(mime: string, value: Json, objects: ObjectStore): Promise<Json> {
  if (isSmallValue(value)) return escapeJson(value)
  const bytes = bytesOf(mime, value)
  if (bytes.length <= INLINE_LIMIT) return escapeJson(value)
  const digest = await objects.put(bytes)
  return { 'yesterday.object': { digest, size: bytes.length, mime } } satisfies ObjectReference
}

const isSmallValue = (value: Json): boolean => !isLargerThan(INLINE_LIMIT / 3, value)

/** True where no value of the bundle needs to be stored before it is shown. */
export const isSmall = (data: JsonObject): boolean => Object.values(data).every(isSmallValue)

/** Where outputs are put, and where pages of a long stream already are. */
export type OutputObjects = Pick<ObjectStore, 'put' | 'putPages' | 'get'>

/** Stores all outputs of a run, as the notebook shows them; one entry per MIME value. */
export async function storeOutputs(
  outputs: readonly Output[],
  objects: OutputObjects,
): Promise<OutputEntry[]> {
  const entries = await Promise.all(outputs.map((output) => storeOutput(output, objects)))
  return entries.flat()
}

async function storeOutput(output: Output, objects: OutputObjects): Promise<OutputEntry[]> {
  switch (output.kind) {
    case 'stream': {
      const stored = await storeStream(output, objects)
      return [{ mime: PLAIN_TEXT, outputType: 'stream', name: output.name, ...stored }]
    }
    case 'error': {
      const { ename, evalue, traceback } = output
      const bytes = Buffer.from(wellFormedText({ ename, evalue, traceback }))
      return [await entry(bytes, objects, { mime: ERROR_MIME, outputType: 'error', name: null })]
    }
    case 'rich':
      return storeBundle(output, objects)
  }
}

/** What the kernel sent, also where it could not be shown; where nothing could be read of it, the reason. */
function storeBundle(output: RichOutput, objects: OutputObjects): Promise<OutputEntry[]> {
  const forms = Object.entries(output.data)
  const stored = forms.length === 0 ? Object.entries(shownData(output)) : forms
  return Promise.all(
    stored.map(([mime, value]) =>
      entry(bytesOf(mime, value), objects, { mime, outputType: output.type, name: null }),
    ),
  )
}

async function entry(
  bytes: Uint8Array,
  objects: OutputObjects,
  what: Pick<OutputEntry, 'mime' | 'outputType' | 'name'>,
): Promise<OutputEntry> {
  return { ...what, digest: await objects.put(bytes), size: bytes.length }
}

/** A stream whole: the pages that left the document, then what is shown. */
async function storeStream(
  output: StreamOutput,
  objects: OutputObjects,
): Promise<{ readonly digest: string; readonly size: number }> {
  if (output.pages.length > 0) return objects.putPages(() => streamPages(output, objects))
  const bytes = Buffer.from(output.screen.text)
  return { digest: await objects.put(bytes), size: bytes.length }
}

async function* streamPages(
  { pages, screen }: StreamOutput,
  objects: OutputObjects,
): AsyncGenerator<Uint8Array> {
  for (const { digest } of pages) {
    const page = await objects.get(digest)
    if (page === null) throw new Error(`page ${digest} of a stream is missing`)
    yield page
  }
  yield Buffer.from(screen.text)
}
