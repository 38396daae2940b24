/** pure. An output as nbformat has it, with large values replaced by references (contract/document.ts). */
import type { ObjectReference } from '@yesterday/server/contract/document.ts'

/** A text, or where it is when it is large. */
export type TextValue = string | ObjectReference
/** Forms of one value by MIME type. */
export type MimeBundle = Readonly<Record<string, unknown>>

/** One output of a cell. */
export type OutputJson =
  | { readonly output_type: 'stream'; readonly name: string; readonly text: TextValue }
  | {
      readonly output_type: 'display_data' | 'execute_result' | 'update_display_data'
      readonly data: MimeBundle
      readonly metadata?: Readonly<Record<string, unknown>>
      readonly execution_count?: number | null
    }
  | {
      readonly output_type: 'error'
      readonly ename: string
      readonly evalue: string
      readonly traceback: readonly string[] | ObjectReference
    }
