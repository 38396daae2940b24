/**
 * pure. The outputs of one run, reduced from the kernel's messages in order; each message says which edits bring a
 * shown list of outputs up to date. Invariant: the same messages give the same outputs, however they were batched;
 * old outputs of the cell stay until the first new one comes, so that nothing flickers.
 */
import type { Message } from '@yesterday/kernel-bridge'
import type { JsonObject } from '../../contract/json.ts'
import { notShownText } from '../document/not-shown.ts'
import {
  type KernelBundle,
  type Read,
  readBundle,
  readClear,
  readCount,
  readError,
  readStream,
} from './kernel-output.ts'
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
  /** As the kernel sent it. */
  data: JsonObject
  metadata: JsonObject
  /** What is shown instead of data that a document cannot hold; null for all others. */
  problem: string | null
}
export interface ErrorOutput {
  readonly kind: 'error'
  readonly ename: string
  readonly evalue: string
  readonly traceback: readonly string[]
}
export type Output = StreamOutput | RichOutput | ErrorOutput

/** The forms that are shown. */
export const shownData = ({ data, problem }: RichOutput): JsonObject =>
  problem === null ? data : { 'text/plain': problem }

/** What to do to the shown list of outputs. */
export type Edit =
  | { readonly type: 'clear' }
  | { readonly type: 'append'; readonly output: Output }
  | { readonly type: 'text'; readonly output: StreamOutput; readonly edit: TextEdit }
  /** The head of a long stream goes to the objects. */
  | { readonly type: 'spill'; readonly output: StreamOutput; readonly text: string }
  /** A long stream's shown text changed: replaces its other edits. */
  | { readonly type: 'tail'; readonly output: StreamOutput }
  | { readonly type: 'replace'; readonly output: RichOutput }
  | { readonly type: 'count'; readonly count: number }
  /** `hidden` outputs are not shown for their number; the receipt has them. */
  | { readonly type: 'more'; readonly hidden: number }

/** A stream's visible text is cut to half of this when it grows past it, in UTF-16 units. */
export const STREAM_LIMIT = 1024 * 1024
/** Outputs of one run that are shown. */
export const SHOWN_LIMIT = 500

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

/** The display that `update_display_data` names, and its new content; null where it names none. */
export function displayUpdate(content: unknown): (KernelBundle & { readonly displayId: string }) | null {
  const read = readBundle(content)
  if (!read.ok || read.value.displayId === null) return null
  return { ...read.value, displayId: read.value.displayId }
}

const emptyOutput = {
  kind: 'rich',
  type: 'display_data',
  displayId: null,
  executionCount: null,
  data: {},
  metadata: {},
} as const

const numbered = (count: number | null): readonly Edit[] => (count === null ? [] : [{ type: 'count', count }])

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
        return this.#take(readStream(content), ({ name, text }) => this.#stream(name, text))
      case 'display_data':
      case 'execute_result':
        return this.#rich(header.msg_type, readBundle(content))
      case 'error':
        return this.#take(readError(content), (error) => this.#append({ kind: 'error', ...error }))
      case 'clear_output':
        return this.#clearOutput(readClear(content))
      case 'execute_input':
        return numbered(readCount(content))
      default:
        return []
    }
  }

  /** An output that cannot be shown; `why` completes "it …". */
  refuse(why: string): readonly Edit[] {
    return this.#append({ ...emptyOutput, problem: notShownText(why) })
  }

  /** The run is over: old outputs go; its own stay, though it asked to clear them before a next that never came. */
  end(): readonly Edit[] {
    return this.#isOld ? this.#clearPending() : []
  }

  /** A person cleared the cell: what comes next starts from nothing. */
  forget(): void {
    this.#outputs = []
    this.#isOld = false
    this.#clearNext = false
  }

  /** What cannot be read is shown in its place, with the reason. */
  #take<T>(read: Read<T>, edits: (value: T) => readonly Edit[]): readonly Edit[] {
    return read.ok ? edits(read.value) : this.refuse(read.why)
  }

  #clearOutput(wait: boolean | null): readonly Edit[] {
    if (wait === null) return []
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

  #rich(type: RichOutput['type'], read: Read<KernelBundle>): readonly Edit[] {
    return this.#take(read, (bundle) => this.#append({ kind: 'rich', type, ...bundle }))
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
