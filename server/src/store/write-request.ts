/** pure. What may be asked of the writing thread, and what it answers: one typed list each way. */
import type { EntriesRedacted, LogEntry } from './log-entry.ts'

/** Bytes that are stored in a row, by their digest. */
export interface Blob {
  readonly digest: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What takes the place of an entry. */
export interface Replacement {
  readonly seq: number
  readonly entry: LogEntry
  /** `entry` as the log keeps it. */
  readonly body: string
  readonly salt: Uint8Array
}

export type WriteRequest =
  | { readonly type: 'append'; readonly entries: readonly LogEntry[]; readonly blobs: readonly Blob[] }
  | {
      readonly type: 'redact'
      readonly replacements: readonly Replacement[]
      readonly record: EntriesRedacted
      readonly objects: readonly string[]
    }
  /** A signed head of the chain, at the entry `seq`. */
  | { readonly type: 'putHead'; readonly seq: number; readonly body: string }
  | ({ readonly type: 'putBlob' } & Blob)
  | { readonly type: 'removeBlobs'; readonly digests: readonly string[] }
  | {
      readonly type: 'createDocument'
      readonly documentId: string
      readonly epoch: string
      readonly path: string
      readonly seed: Uint8Array
    }
  | { readonly type: 'appendUpdates'; readonly documentId: string; readonly updates: readonly Uint8Array[] }
  | {
      readonly type: 'replaceUpdates'
      readonly documentId: string
      readonly update: Uint8Array
      readonly lastSeq: number
    }
  | { readonly type: 'moveDocuments'; readonly from: string; readonly to: string }
  | { readonly type: 'removeDocument'; readonly documentId: string }
  /** Answered with the number of log entries. */
  | { readonly type: 'rebuild' }
  /** Rewrites the file, so that nothing in it or its WAL shows what was removed. Performed alone. */
  | { readonly type: 'scrub' }
  /**
   * Writes a history again that was removed while it was open; what is in its place goes to the folder `aside`. Does
   * nothing, with the answer 0, where the history is there.
   */
  | { readonly type: 'writeAgain'; readonly aside: string }
  | { readonly type: 'close' }

/** A request on its way; answers carry its id. */
export interface Numbered {
  readonly id: number
  readonly request: WriteRequest
}

/** `id` 0 answers the opening itself. An error travels as its parts, for classes do not survive the way. */
export type WriteAnswer =
  | { readonly id: number; readonly ok: true; readonly value: number }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string }
