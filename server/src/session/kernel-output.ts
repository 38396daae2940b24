/**
 * pure. What a kernel's message says of outputs, read as untrusted input. Invariant: whatever was sent, the answer is a
 * value: an output that a document can hold, or the reason why there is none.
 */
import { z } from 'zod'
import { isJsonObject, isLargerThan, type JsonObject } from '../../contract/json.ts'
import { notShownText, whyTooDeep } from '../document/not-shown.ts'

/** Forms of one output, by MIME type. */
const FORMS_LIMIT = 100
/** Largest metadata of an output in the document, in UTF-16 units of its JSON. */
const METADATA_LIMIT = 64 * 1024
const STREAM_NAME_LIMIT = 64

/** Forms and metadata of an output, as the kernel sent them. */
export interface KernelBundle {
  readonly data: JsonObject
  readonly metadata: JsonObject
  readonly displayId: string | null
  readonly executionCount: number | null
  /** Why it cannot be shown, as a sentence; null where it can. Then `data` is recorded and the sentence is shown. */
  readonly problem: string | null
}

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }

const count = z.int().nonnegative()
const Transient = z.object({ display_id: z.string().nullish() })
const Stream = z.object({ name: z.string(), text: z.string() })
const KernelError = z.object({
  ename: z.string().default('Error'),
  evalue: z.string().default(''),
  traceback: z.array(z.string()).default([]),
})
const Input = z.object({ execution_count: count })
const Clear = z.object({ wait: z.boolean().default(false) })

/** The content of `display_data`, `execute_result` and `update_display_data`. */
export function readBundle(content: unknown): Read<KernelBundle> {
  if (!isJsonObject(content)) return { ok: false, why: 'is not an object' }
  const { data = {}, metadata = {}, transient, execution_count } = content
  if (!isJsonObject(data) || !isJsonObject(metadata))
    return { ok: false, why: 'has data or metadata that are not objects' }
  const why = whyNotShown(data, metadata)
  const value = {
    data,
    metadata: why === null ? metadata : {},
    displayId: Transient.safeParse(transient).data?.display_id ?? null,
    executionCount: count.safeParse(execution_count).data ?? null,
    problem: why === null ? null : notShownText(why),
  }
  return { ok: true, value }
}

function whyNotShown(data: JsonObject, metadata: JsonObject): string | null {
  const why = whyTooDeep({ data, metadata })
  if (why !== null) return why
  if (Object.keys(data).length > FORMS_LIMIT) return `has more than ${FORMS_LIMIT} forms`
  return isLargerThan(METADATA_LIMIT, metadata) ? 'has more than 64 KiB of metadata' : null
}

export function readStream(content: unknown): Read<z.infer<typeof Stream>> {
  const read = Stream.safeParse(content)
  if (!read.success) return { ok: false, why: `is no text: ${problemOf(read.error)}` }
  const { name, text } = read.data
  return { ok: true, value: { name: name.length > STREAM_NAME_LIMIT ? 'stdout' : name, text } }
}

export function readError(content: unknown): Read<z.infer<typeof KernelError>> {
  const read = KernelError.safeParse(content)
  if (!read.success) return { ok: false, why: `is an error that cannot be read: ${problemOf(read.error)}` }
  return { ok: true, value: read.data }
}

/** The number of the run; null where the message has none. */
export const readCount = (content: unknown): number | null =>
  Input.safeParse(content).data?.execution_count ?? null

/** Whether outputs are cleared at the next one; null where the message cannot be read. */
export const readClear = (content: unknown): boolean | null => Clear.safeParse(content).data?.wait ?? null

function problemOf({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'no reason is known' : `${issue.path.join('.')}: ${issue.message}`
}
