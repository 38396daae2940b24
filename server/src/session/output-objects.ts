/**
 * Outputs as objects: large values of a bundle before they are shown, and every output of a run when it is recorded.
 * Invariant: text is stored as UTF-8, JSON as JSON, binary values as the bytes that their base64 says.
 */
import type { JsonObject } from '@yesterday/kernel-bridge'
import { INLINE_LIMIT, type ObjectReference } from '../../contract/document.ts'
import type { OutputEntry } from '../../contract/run.ts'
import { isBinaryMime, isJsonMime } from '../document/cell-form.ts'
import type { ObjectStore } from '../store/ports.ts'
import type { Output, StreamOutput } from './run-outputs.ts'

/** The bytes that stand for a bundle's value. */
function bytesOf(mime: string, value: JsonObject[string]): Uint8Array {
  if (typeof value !== 'string' || isJsonMime(mime)) return Buffer.from(JSON.stringify(value))
  if (isBinaryMime(mime)) return Buffer.from(value, 'base64')
  return Buffer.from(value)
}

/** The bundle with each value over the limit stored and replaced by its reference. */
export async function outlineBundle(data: JsonObject, objects: ObjectStore): Promise<JsonObject> {
  const members = Object.entries(data).map(async ([mime, value]) => {
    if (value === undefined || roughSize(value) * 3 <= INLINE_LIMIT) return [mime, value] as const
    const bytes = bytesOf(mime, value)
    if (bytes.length <= INLINE_LIMIT) return [mime, value] as const
    const digest = await objects.put(bytes)
    const reference = { digest, size: bytes.length, mime } satisfies ObjectReference['yesterday.object']
    return [mime, { 'yesterday.object': reference }] as const
  })
  return Object.fromEntries(await Promise.all(members))
}

const roughSize = (value: JsonObject[string]): number =>
  typeof value === 'string' ? value.length : JSON.stringify(value).length

/** True where no value of the bundle needs to be stored before it is shown. */
export function isSmall(data: JsonObject): boolean {
  return Object.values(data).every((value) => value === undefined || roughSize(value) * 3 <= INLINE_LIMIT)
}

/** Where outputs are put, and where pages of a long stream already are. */
export type OutputObjects = Pick<ObjectStore, 'put' | 'get'>

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
      const bytes = await streamBytes(output, objects)
      return [await entry(bytes, objects, { mime: 'text/plain', outputType: 'stream', name: output.name })]
    }
    case 'error': {
      const { ename, evalue, traceback } = output
      const bytes = Buffer.from(JSON.stringify({ ename, evalue, traceback }))
      const mime = 'application/vnd.jupyter.error'
      return [await entry(bytes, objects, { mime, outputType: 'error', name: null })]
    }
    case 'rich':
      return Promise.all(
        Object.entries(output.data).map(([mime, value]) =>
          entry(bytesOf(mime, value ?? null), objects, { mime, outputType: output.type, name: null }),
        ),
      )
  }
}

async function entry(
  bytes: Uint8Array,
  objects: OutputObjects,
  what: Pick<OutputEntry, 'mime' | 'outputType' | 'name'>,
): Promise<OutputEntry> {
  return { ...what, digest: await objects.put(bytes), size: bytes.length }
}

/** A stream whole: the pages that left the document, then what is shown. */
async function streamBytes(output: StreamOutput, objects: OutputObjects): Promise<Uint8Array> {
  const pages = await Promise.all(output.pages.map(({ digest }) => objects.get(digest)))
  const missing = pages.indexOf(null)
  if (missing >= 0) throw new Error(`page ${output.pages[missing]?.digest} of a stream is missing`)
  return Buffer.concat([...pages.filter((page) => page !== null), Buffer.from(output.screen.text)])
}
