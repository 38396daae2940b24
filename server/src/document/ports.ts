/** What the rest of the server sees of open documents. Invariant: one Y.Doc per notebook in this process. */

import type * as Y from 'yjs'
import type { NoticeWords } from '../../contract/notices.ts'

export interface OpenDocument {
  readonly id: string
  readonly epoch: string
  /** Path below the project folder, now; changes when the file is moved. */
  readonly path: string
  readonly writable: boolean
  /** Written by the server in transactions with `origin.server`; each update is appended to the log and broadcast. */
  readonly doc: Y.Doc
}

/** An expected refusal: what, where and what to do. */
export interface Refusal {
  readonly code: string
  /** HTTP status that fits. */
  readonly status: number
  readonly message: string
  readonly hint?: string
}

export type Opened =
  | { readonly ok: true; readonly document: OpenDocument }
  | { readonly ok: false; readonly refusal: Refusal }

export interface Documents {
  /** Opens (seeding from the file, or from the update log and merging what changed in the file since). */
  open(path: string): Promise<Opened>
  get(id: string): OpenDocument | null
  /** Keeps a document open while a kernel or a socket needs it. Returns the release. */
  hold(id: string): () => void
  /** Settles when all updates so far are durable. */
  flushed(id: string): Promise<void>
  /** Writes the `.ipynb` now (temporary and rename). */
  save(id: string): Promise<void>
  /**
   * Writes a notebook whose file is gone into a new file: at its former path where that is free, else under a free name
   * beside it. Returns the path.
   */
  writeAgain(id: string): Promise<string>
  /** The file or a folder above it was moved by the server; rooms and log follow. */
  moved(from: string, to: string): Promise<void>
  /** The file was trashed: sockets are closed with `gone`. */
  removed(path: string): Promise<void>
  /** A room-wide notice for people (conflict with the file, disk full); shown by every client. */
  onNotice(
    listener: (
      documentId: string,
      level: 'info' | 'warning' | 'error',
      text: string,
      words: NoticeWords,
    ) => void,
  ): () => void
  close(): Promise<void>
}
