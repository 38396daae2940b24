/**
 * pure. The outputs of one run, reduced from the kernel's messages in order; each message says which edits bring a
 * shown list of outputs up to date. Invariant: the same messages give the same outputs, however they were batched;
 * old outputs of the cell stand until the first new one comes, so that nothing flickers.
 */
import type { JsonObject, Message } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import { TerminalText, type TextEdit } from './terminal-text.ts'

/** Text of a stream that left the document, in order. */
export interface Page {
  readonly digest: string
  readonly size: number
}
export interface StreamOutput {
  readonly kind: 'stream'
  readonly name: string
  readonly screen: TerminalText
  /** Pages of the head that was taken away; filled by the shell once they are stored. */
  readonly pages: Page[]
}
export interface RichOutput {
  readonly kind: 'rich'
  readonly type: 'display_data' | 'execute_result'
  readonly displayId: string | null
  readonly executionCount: number | null
  data: JsonObject
  metadata: JsonObject
}
export interface ErrorOutput {
  readonly kind: 'error'
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}
export type Output = StreamOutput | RichOutput | ErrorOutput

/** What to do to the shown list of outputs. */
export type Edit =
  | { readonly type: 'clear' }
  | { readonly type: 'append'; readonly output: Output }
  | { readonly type: 'text'; readonly output: StreamOutput; readonly edit: TextEdit }
  /** The head of a long stream goes to the objects. */
  | { readonly type: 'spill'; readonly output: StreamOutput; readonly text: string }
  | { readonly type: 'replace'; readonly output: RichOutput }
  | { readonly type: 'count'; readonly count: number }
  /** `hidden` outputs are not shown for their number; the receipt has them. */
  | { readonly type: 'more'; readonly hidden: number }

/** A stream's visible text is cut to half of this when it grows past it, in UTF-16 units. */
export const STREAM_LIMIT = 1024 * 1024
/** Outputs of one run that are shown. */
export const SHOWN_LIMIT = 500

const Bundle = z.object({
  data: z.record(z.string(), z.json()).default({}),
  metadata: z.record(z.string(), z.json()).default({}),
  execution_count: z.number().nullish(),
  transient: z.object({ display_id: z.string().nullish() }).nullish(),
})
const Stream = z.object({ name: z.string(), text: z.string() })
const KernelError = z.object({
  ename: z.string().default('Error'),
  evalue: z.string().default(''),
  traceback: z.array(z.string()).default([]),
})
const Input = z.object({ execution_count: z.number() })
const Clear = z.object({ wait: z.boolean().default(false) })

/** Messages that change what a cell shows; of all others (`status`, `comm_msg`) no output comes. */
const shown: ReadonlySet<string> = new Set([
  'stream',
  'display_data',
  'update_display_data',
  'execute_result',
  'error',
  'clear_output',
  'execute_input',
])
export const isShown = (type: string): boolean => shown.has(type)

/** The id that `update_display_data` speaks of, and its new content; null when it cannot be read. */
export function displayUpdate(
  content: unknown,
): { readonly displayId: string; readonly data: JsonObject; readonly metadata: JsonObject } | null {
  const parsed = Bundle.safeParse(content)
  const displayId = parsed.data?.transient?.display_id
  if (!parsed.success || displayId == null) return null
  return { displayId, data: parsed.data.data, metadata: parsed.data.metadata }
}

export class RunOutputs {
  #outputs: Output[] = []
  /** The cell still shows what an earlier run left. */
  #isOld = true
  #clearNext = true

  get outputs(): readonly Output[] {
    return this.#outputs
  }

  /** Takes one message. Types that are not outputs give no edits. */
  accept({ header, content }: Pick<Message, 'header' | 'content'>): readonly Edit[] {
    switch (header.msg_type) {
      case 'stream':
        return read(Stream, content, ({ name, text }) => this.#stream(name, text))
      case 'display_data':
      case 'execute_result':
        return this.#rich(header.msg_type, content)
      case 'error':
        return read(KernelError, content, (error) => this.#append({ kind: 'error', ...error }))
      case 'clear_output':
        return read(Clear, content, ({ wait }) => this.#clearOutput(wait))
      case 'execute_input':
        return read(Input, content, ({ execution_count: count }) => [{ type: 'count', count }])
      default:
        return []
    }
  }

  /** The run is over: old outputs go; its own stand, though it asked to clear them before a next that never came. */
  end(): readonly Edit[] {
    return this.#isOld ? this.#clearPending() : []
  }

  /** A person cleared the cell: what comes next starts from nothing. */
  forget(): void {
    this.#outputs = []
    this.#isOld = false
    this.#clearNext = false
  }

  #clearOutput(wait: boolean): readonly Edit[] {
    this.#clearNext = true
    return wait ? [] : this.#clearPending()
  }

  #clearPending(): Edit[] {
    if (!this.#clearNext) return []
    this.#isOld = false
    this.#clearNext = false
    this.#outputs = []
    return [{ type: 'clear' }]
  }

  #rich(type: RichOutput['type'], content: unknown): readonly Edit[] {
    return read(Bundle, content, ({ data, metadata, execution_count, transient }) =>
      this.#append({
        kind: 'rich',
        type,
        displayId: transient?.display_id ?? null,
        executionCount: execution_count ?? null,
        data,
        metadata,
      }),
    )
  }

  #append(output: Output): Edit[] {
    const cleared = this.#clearPending()
    this.#outputs.push(output)
    const hidden = this.#outputs.length - SHOWN_LIMIT
    return [...cleared, hidden > 0 ? { type: 'more', hidden } : { type: 'append', output }]
  }

  #stream(name: string, text: string): Edit[] {
    const edits = this.#clearPending()
    let output = this.#outputs.at(-1)
    if (output?.kind !== 'stream' || output.name !== name) {
      output = { kind: 'stream', name, screen: new TerminalText(), pages: [] }
      edits.push(...this.#append(output))
    }
    const edit = output.screen.write(text)
    if (edit !== null) edits.push({ type: 'text', output, edit })
    if (output.screen.length > STREAM_LIMIT) {
      const head = output.screen.takeHead(STREAM_LIMIT / 2)
      if (head !== '') edits.push({ type: 'spill', output, text: head })
    }
    return edits
  }
}

function read<T>(
  schema: z.ZodType<T>,
  content: unknown,
  edits: (content: T) => readonly Edit[],
): readonly Edit[] {
  const parsed = schema.safeParse(content)
  return parsed.success ? edits(parsed.data) : []
}
