/**
 * pure. An output as nbformat has it, with large values replaced by references (contract/document.ts). It comes out
 * of the document as `unknown` and is parsed here, once for each object.
 */
import { z } from 'zod'

/** Forms of one value by MIME type; a value may be a reference. */
export type MimeBundle = Readonly<Record<string, unknown>>

const JsonObject = z.record(z.string(), z.unknown())
const Output = z.discriminatedUnion('output_type', [
  z.object({
    output_type: z.literal('stream'),
    name: z.string().catch('stdout'),
    text: z.unknown().default(''),
    yesterday: z.unknown().optional(),
  }),
  z.object({
    output_type: z.enum(['display_data', 'execute_result', 'update_display_data']),
    data: JsonObject.catch({}),
    metadata: JsonObject.catch({}),
  }),
  z.object({
    output_type: z.literal('error'),
    ename: z.string().catch('Error'),
    evalue: z.string().catch(''),
    traceback: z.unknown().default([]),
  }),
])

/** One output of a cell, parsed. */
export type Output = z.infer<typeof Output>
/** One output of a cell, as it is in the document. */
export type OutputJson = Readonly<Record<string, unknown>>

const parsed = new WeakMap<OutputJson, { readonly output: Output | null }>()

/** The output that the JSON means; null when it is none that nbformat knows. */
export function readOutput(json: OutputJson): Output | null {
  const known = parsed.get(json)
  if (known !== undefined) return known.output
  const output = Output.safeParse(json).data ?? null
  parsed.set(json, { output })
  return output
}

const ids = new WeakMap<OutputJson, string>()

/** Records the id that an output has in its document (`outputId` of contract/document.ts). */
export function setOutputId(json: OutputJson, id: string | null): void {
  if (id !== null) ids.set(json, id)
}

/** The id of an output in its document; null if it came from elsewhere. */
export const outputIdOf = (json: OutputJson): string | null => ids.get(json) ?? null

/** The number of a result, as in `Out[3]`; null for other outputs. */
export const resultCount = (json: OutputJson): number | null => {
  const { output_type: type, execution_count: count } = json
  return type === 'execute_result' && typeof count === 'number' && Number.isInteger(count) ? count : null
}
