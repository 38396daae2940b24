/**
 * Values that may be taken for references to objects. Input: a JSON value, as a file has it in an output and as a browser
 * writes it into a document.
 */
import fc from 'fast-check'
import { isObjectReference } from '../../contract/document.ts'
import { escapeJson, isJsonObject, type Json, normalJson, unescapeJson } from '../../contract/json.ts'
import { fileOutput } from '../../src/document/file-output.ts'
import { inline, type LargeValues, outline } from '../../src/document/large-values.ts'
import { whyTooDeep } from '../../src/document/not-shown.ts'
import { hostileJson } from './hostile-json.ts'

const digest = fc.oneof(
  fc.constant(`sha256:${'0'.repeat(64)}`),
  fc.constantFrom('sha256:', '../../x', 'sha256:__proto__'),
)
const reference = fc.record(
  {
    digest,
    size: fc.oneof(fc.nat(), fc.jsonValue()),
    mime: fc.oneof(fc.constant('text/plain'), fc.jsonValue()),
  },
  { requiredKeys: [] },
)

export const target = {
  inputs: fc
    .oneof(
      hostileJson,
      reference.map((value) => ({ 'yesterday.object': value })),
    )
    .map((value) => Buffer.from(JSON.stringify(value))),
  open: async () => {
    const asked: string[] = []
    return {
      feed: async (input: Uint8Array) => {
        const value = parsed(input)
        if (value === undefined) return 'refused' as const
        await fromFile(value)
        await fromBrowser(value)
        return 'accepted' as const
      },
      state: () => asked.join(),
      close: async () => undefined,
    }
  },
}

/** What a file says is data, whatever it looks like. */
async function fromFile(value: Json): Promise<void> {
  const output = { output_type: 'display_data', data: { 'application/json': value }, metadata: {} }
  if (whyTooDeep(output) !== null) return
  const large: LargeValues = new Map()
  const form = outline(output, large)
  const back = await inline(form, async (digest) => {
    const bytes = large.get(digest)
    if (bytes === undefined) throw new Error(`an object was read that the file has not: ${digest}`)
    return bytes
  })
  if (JSON.stringify(back) !== wellFormed(output)) throw new Error('the output does not come back')
  if (JSON.stringify(unescapeJson(escapeJson(value))) !== wellFormed(value))
    throw new Error('the value does not come back')
}

/** The value as JSON, with U+FFFD for lone surrogates: `JSON.stringify` alone would write them as escapes. */
const wellFormed = (value: Json): string =>
  JSON.stringify(value, (_, member: Json) => {
    if (typeof member === 'string') return member.toWellFormed()
    if (!isJsonObject(member)) return member
    return Object.fromEntries(Object.entries(member).map(([key, each]) => [key.toWellFormed(), each]))
  })

/** What a browser writes may be a reference, if its shape is right; all else is data. */
async function fromBrowser(value: Json): Promise<void> {
  const held = normalJson({ output_type: 'display_data', data: { 'application/json': value }, metadata: {} })
  if (!isJsonObject(held)) throw new Error('an output became something else')
  const read = async (digest: string) => {
    if (!isObjectReference(value)) throw new Error(`an object was read for what is no reference: ${digest}`)
    return null
  }
  JSON.stringify(fileOutput(await inline(held, read)))
}

function parsed(input: Uint8Array): Json | undefined {
  try {
    const value: Json = JSON.parse(Buffer.from(input).toString())
    return value
  } catch {
    return undefined
  }
}
