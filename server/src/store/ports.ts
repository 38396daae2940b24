/**
 * What the house asks of its storage. Truth is append-only and content-addressed (objects, run log, update log);
 * the index is derived and can be rebuilt from them. One conformance suite serves every implementation.
 */
import type { Digest } from '../../contract/ids.ts'
import type { LogPage, Receipt, RunSummary } from '../../contract/run.ts'
import type { LogEntry } from './log-entry.ts'

/** Blobs named by the SHA-256 of their bytes. A blob, once put, never changes. */
export interface ObjectStore {
  /** Durable when the promise settles. Putting the same bytes twice is one object. */
  put(bytes: Uint8Array): Promise<Digest>
  /** Null when there is no such object; throws `DamagedObjectError` when its bytes do not match the digest. */
  get(digest: Digest): Promise<Uint8Array | null>
  has(digest: Digest): Promise<boolean>
  list(): AsyncIterable<Digest>
}

/** The append-only log of sessions and runs: the truth that every index is made from. */
export interface RunLog {
  /** Durable, and in the index, when the promise settles; all entries of one call or none. */
  append(entries: readonly LogEntry[]): Promise<void>
  /** Entries in order, from `after` (exclusive; 0 is the beginning). */
  read(after?: number): AsyncIterable<{ readonly seq: number; readonly entry: LogEntry }>
}

export interface StoredDocument {
  readonly documentId: string
  readonly epoch: string
  readonly path: string
  /** Updates in order; applying them all gives the document. */
  readonly updates: readonly Uint8Array[]
  readonly lastSeq: number
}

/** The durable log of Yjs updates, by document. */
export interface UpdateLog {
  create(document: {
    readonly documentId: string
    readonly epoch: string
    readonly path: string
    readonly seed: Uint8Array
  }): Promise<void>
  /** Durable when settled. Calls made together are committed together. */
  append(documentId: string, updates: readonly Uint8Array[]): Promise<void>
  load(documentId: string): Promise<StoredDocument | null>
  findByPath(path: string): Promise<string | null>
  /** In one transaction: everything up to `lastSeq` becomes this one update. */
  replace(documentId: string, update: Uint8Array, lastSeq: number): Promise<void>
  /** A folder's move moves every document below it. */
  move(from: string, to: string): Promise<void>
  remove(documentId: string): Promise<void>
}

export interface LogQuery {
  readonly notebook?: string
  readonly cellId?: string
  readonly session?: string
  /** Cursor from a former page. */
  readonly before?: string
  /** Default 50, at most 500. */
  readonly limit?: number
}

/** Why a short id did not lead to one run. */
export type Resolution =
  | { readonly kind: 'found'; readonly run: string }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly kind: 'missing' }

/** Reading the past. Derived; `rebuild` makes it anew from the log. */
export interface RunIndex {
  page(query: LogQuery): Promise<LogPage>
  receipt(run: string): Promise<Receipt | null>
  /** Whole ids and prefixes of at least 4 digits, as git does. */
  resolve(prefix: string): Promise<Resolution>
  /** The run that last generated the file version (path, digest) before `run`, in any session; null when none did. */
  fileProducer(path: string, digest: string, beforeRun: string): Promise<string | null>
  /** Summaries of the runs named, in log order. */
  summaries(runs: readonly string[]): Promise<readonly RunSummary[]>
  /** Median duration of the last ok runs of this cell and source, ms; null when it never ran. */
  expectedMs(cellId: string, sourceDigest: string): Promise<number | null>
  rebuild(): Promise<{ readonly entries: number }>
}

/** One project's storage, opened as a whole. */
export interface Store {
  readonly objects: ObjectStore
  readonly runs: RunLog
  readonly updates: UpdateLog
  readonly index: RunIndex
  /** Checks objects against digests and the log against objects; changes nothing. */
  check(): Promise<{
    readonly objects: number
    readonly entries: number
    readonly problems: readonly string[]
  }>
  close(): Promise<void>
}
