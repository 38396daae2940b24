/**
 * The ports of the storage. Truth is append-only and content-addressed (objects, run log, update log);
 * the index is derived and can be rebuilt from them. One conformance suite serves every implementation.
 */
import type { WrittenAgain } from '../../contract/history.ts'
import type { Digest, Timestamp } from '../../contract/ids.ts'
import type {
  Checkpoint,
  Comparison,
  HistoryEntry,
  LogFilter,
  Moment,
  RunName,
  SessionLine,
  Timeline,
} from '../../contract/past.ts'
import type { Edge, LogPage, Receipt, RunSummary } from '../../contract/run.ts'
import type { Actor } from '../../contract/session.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { Proving } from './chain/proof.ts'
import type { Health } from './health.ts'
import type { LogEntry, NotebookMarks, RunQueued, SessionMoved, SessionStarted } from './log-entry.ts'
import type { ProjectKey } from './project-key.ts'

/** Blobs named by the SHA-256 of their bytes. A blob, once put, never changes. */
export interface ObjectStore {
  /** Durable when the promise settles. Putting the same bytes twice is one object. */
  put(bytes: Uint8Array): Promise<Digest>
  /** As `put`, for bytes that are too many to be held at once: `pages` gives them in order, and may be asked again. */
  putPages(
    pages: () => AsyncIterable<Uint8Array>,
  ): Promise<{ readonly digest: Digest; readonly size: number }>
  /** Null when there is no such object; throws `DamagedObjectError` when its bytes do not match the digest. */
  get(digest: Digest): Promise<Uint8Array | null>
  has(digest: Digest): Promise<boolean>
  /** Bytes; null when there is no such object. */
  size(digest: Digest): Promise<number | null>
  /** Those that are there are gone when it settles. Only what the log no longer refers to may be removed. */
  remove(digests: readonly Digest[]): Promise<void>
  list(): AsyncIterable<Digest>
}

/** The removal of objects while others are being recorded. */
export interface ObjectEviction {
  /** Those of these that no entry to come can name. */
  evictable(digests: readonly Digest[]): readonly Digest[]
  /** As `ObjectStore.remove`, for those that are evictable at their turn; these it returns. */
  evict(digests: readonly Digest[]): Promise<readonly Digest[]>
}

/** A run that lies upstream of another, so many steps. */
export interface Upstream {
  readonly run: string
  readonly steps: number
}

/** Entries that must not say any more what they said. */
export interface Redaction {
  /** Each with what takes its place, which must be about the same session, run or checkpoint, at the same time. */
  readonly entries: readonly { readonly seq: number; readonly entry: LogEntry }[]
  /** Objects whose bytes are removed. No entry may name them afterwards. */
  readonly objects: readonly Digest[]
  readonly by: Actor
  readonly at: Timestamp
  readonly reason: string
}

/** The append-only log of sessions and runs: the truth that every index is made from. */
export interface RunLog {
  /**
   * Durable, and in the index, when the promise settles; all entries of one call or none. `blobs`, which the entries
   * name by their digests, are put with them: one wait for the disk instead of two.
   */
  append(entries: readonly LogEntry[], blobs?: readonly Uint8Array[]): Promise<void>
  /** Entries in order, from `after` (exclusive; 0 is the beginning). Throws `StoreError` at an entry that cannot be read. */
  read(after?: number): AsyncIterable<{ readonly seq: number; readonly entry: LogEntry }>
  /**
   * Replaces entries and removes objects, and appends a signed record of who did so, when and why. When it settles, no
   * file of the history shows what was there. The hash chain keeps the digests of the first forms. Rewrites the database.
   */
  redact(redaction: Redaction): Promise<void>
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
  /** Throws `StoreError` when the id or the path is taken. */
  create(document: {
    readonly documentId: string
    readonly epoch: string
    readonly path: string
    readonly seed: Uint8Array
  }): Promise<void>
  /** Durable when settled. Calls made together are committed together. Throws `StoreError` for an unknown document. */
  append(documentId: string, updates: readonly Uint8Array[]): Promise<void>
  load(documentId: string): Promise<StoredDocument | null>
  findByPath(path: string): Promise<string | null>
  /** The ids of all documents. */
  all(): Promise<readonly string[]>
  /** In one transaction: everything up to `lastSeq` becomes this one update. Throws `StoreError` when another did so first. */
  replace(documentId: string, update: Uint8Array, lastSeq: number): Promise<void>
  /** A folder's move moves every document below it. Throws `StoreError` if a document is at a target path. */
  move(from: string, to: string): Promise<void>
  remove(documentId: string): Promise<void>
}

/** A notebook as the history knows it. Queries name it by its id, or by the path that it has or had last. */
export interface KnownNotebook {
  readonly id: string
  readonly path: string
  /** `displaced`: another notebook is at its path. It may be elsewhere. */
  readonly state: 'there' | 'displaced' | 'trashed'
  /** The id of the notebook that it is a copy of. */
  readonly copiedFrom: string | null
  readonly marks: NotebookMarks
  /** False where the marks come from its runs alone: its file was never looked at. */
  readonly isSeen: boolean
}

export interface LogQuery {
  readonly notebook?: string
  readonly cellId?: string
  readonly session?: string
  /** Replays too. Without it they are left out, unless their session is asked for. */
  readonly replays?: boolean
  /** The actor's id, or their name. */
  readonly actor?: string
  /** Runs that used or generated what has this name; `kind` narrows it. */
  readonly name?: string
  readonly kind?: NonNullable<LogFilter['kind']>
  /** In the source, whatever the case. */
  readonly text?: string
  readonly since?: string
  readonly until?: string
  readonly outcome?: RunSummary['outcome']
  /** All of them hold. */
  readonly where?: readonly Comparison[]
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

/** A run that was queued and has no terminal record: it waits, runs, or was cut off by a crash. */
export interface OpenRun {
  readonly run: string
  readonly queued: RunQueued
  /** Null while it waits. */
  readonly started: string | null
}

/** A session that started and did not end, with its open runs in the order they were queued. */
export interface OpenSession {
  readonly session: SessionStarted
  readonly runs: readonly OpenRun[]
}

/** What lineage follows of an edge. */
export type Link = Pick<Edge, 'kind' | 'name' | 'digest' | 'by' | 'parts'>

/** An ended run as lineage sees it: its place and its edges. */
export interface RunLinks {
  readonly run: string
  readonly session: string
  /** Grows with the sessions' starts; sessions that were never announced come first. */
  readonly sessionSeq: number
  /** Place in the session. */
  readonly order: number
  readonly used: readonly Link[]
  readonly generated: readonly Link[]
}

/** What went into a run and what came out, where it is a number. */
export interface RunFigures {
  readonly parameters: Readonly<Record<string, number>>
  readonly metrics: Readonly<Record<string, number>>
}

/** An ended run that started, with what predictions learn from. */
export interface FinishedRun {
  /** Grows with the log. */
  readonly seq: number
  readonly run: string
  readonly session: string
  readonly cellId: string | null
  readonly sourceDigest: Digest
  readonly isOk: boolean
  readonly durationMs: number
  readonly cost: Receipt['cost']
  readonly outputBytes: number
  readonly used: readonly Edge[]
  readonly generated: readonly Edge[]
}

export interface HistoryQuery {
  readonly name: string
  readonly kind?: NonNullable<LogFilter['kind']>
  readonly notebook?: string
  readonly before?: string
  readonly limit?: number
}

export interface SessionQuery {
  readonly notebook?: string
  /** Include sessions that repeated the past (replay, proof, restore). Default false. */
  readonly replays?: boolean
  readonly limit?: number
}

/** Reads the past. Derived; `rebuild` re-creates it from the log. */
export interface RunIndex {
  page(query: LogQuery): Promise<LogPage>
  /** Null when the run is unknown or has not ended. Takes whole ids. */
  receipt(run: string): Promise<Receipt | null>
  /** Whole ids and prefixes of at least 4 digits, as git does. */
  resolve(prefix: string): Promise<Resolution>
  /** Null when the run is unknown or has not ended. */
  links(run: string): Promise<RunLinks | null>
  /**
   * The run and those that made what it used, what these used, and so on: at most `depth` steps, and at most `most` runs,
   * the nearest first. Empty where the run is unknown or has not ended.
   */
  upstream(run: string, depth: number, most: number): Promise<readonly Upstream[]>
  /** How the session began that has this id, or alone has it as its first digits (at least 4); null where none. */
  sessionStarted(prefix: string): Promise<SessionStarted | null>
  /** Open runs of one session, in the order they were queued. */
  openRuns(session: string): Promise<readonly OpenRun[]>
  /**
   * What was going on when the log ends: after a crash, what there is to find again. Oldest first. One whose entries
   * cannot be read is given to `onUnreadable`, and without it throws.
   */
  openSessions(onUnreadable?: (session: string, why: string) => void): Promise<readonly OpenSession[]>
  /** The moves from and to these sessions, in the order of the log; at most the last 1,000. */
  moves(sessions: readonly string[]): Promise<readonly SessionMoved[]>
  /** The place that the session's next ended run takes, from 1. */
  nextOrder(session: string): Promise<number>
  /**
   * The run that last generated the file version (path, digest) before `beforeRun`, in any session; where none ended
   * before it, the last that overlapped it; null when none did. The path is as the reader's notebook names it; one in
   * another folder may name the same file otherwise. Tables by their own name.
   */
  fileProducer(
    path: string,
    digest: string,
    beforeRun: string,
    kind?: 'file' | 'table',
  ): Promise<string | null>
  /** Summaries of the ended runs among those named, in log order. */
  summaries(runs: readonly string[]): Promise<readonly RunSummary[]>
  /** Ended runs whose `seq` is above `after`, in log order, replays left out; at most `limit`. */
  finished(after: number, limit: number): Promise<readonly FinishedRun[]>
  /** The `seq` after which the log has at most so many ended runs; 0 where it has fewer. */
  finishedBefore(count: number): Promise<number>
  /** The ended runs among those named, as other records refer to them, in log order. */
  runNames(runs: readonly string[]): Promise<readonly RunName[]>
  /** Numbers by run; runs without any are left out. */
  numbers(runs: readonly string[]): Promise<ReadonlyMap<string, RunFigures>>
  /** The last run of the session, after `run`, that re-created the variable or any of these parts of it; null if none did. */
  laterVersion(
    name: string,
    run: string,
    parts: Edge['parts'],
  ): Promise<{ readonly run: string; readonly deleted: boolean } | null>
  /** The last run of each cell of a notebook that started, by the cell's id; replays are left out. */
  lastRuns(notebook: string): Promise<ReadonlyMap<string, string>>
  /** The digest of the source that the cell of this run ran last, in the same notebook; null where none ended. */
  lastSource(run: string): Promise<string | null>
  notebooks(): Promise<readonly KnownNotebook[]>
  /** By id, or by the path that it has or had last; null where the log has placed no such notebook. */
  notebook(named: string): Promise<KnownNotebook | null>
  /** The id of the notebook that the run, session or checkpoint belongs to; null where that is unknown. */
  notebookOf(record: string): Promise<string | null>
  /** Null where the session is unknown. */
  timeline(session: string, after: number, limit: number): Promise<Timeline | null>
  moment(session: string, order: number): Promise<Moment | null>
  /** States of the things of this name, newest first; those that replays made are left out. */
  history(query: HistoryQuery): Promise<{
    readonly versions: readonly HistoryEntry[]
    readonly next: string | null
  }>
  /** Sessions, newest first. */
  sessions(query: SessionQuery): Promise<readonly SessionLine[]>
  /** The sessions that begin so; whole ids name one. */
  resolveSession(prefix: string): Promise<readonly string[]>
  /** Newest first. */
  checkpoints(notebook?: string): Promise<readonly Checkpoint[]>
  /** Those of the digests whose bytes were deleted. */
  dropped(digests: readonly string[]): Promise<ReadonlySet<string>>
  rebuild(): Promise<{ readonly entries: number }>
}

export interface CheckReport {
  readonly objects: number
  readonly entries: number
  /** For a person. */
  readonly problems: readonly string[]
  /** The newest signed head of the hash chain; null where nothing was signed yet. */
  readonly signed: { readonly entry: number; readonly at: Timestamp; readonly key: string } | null
}

/** One project's storage, opened as a whole. */
export interface Store {
  readonly objects: ObjectStore
  readonly eviction: ObjectEviction
  readonly runs: RunLog
  readonly updates: UpdateLog
  readonly index: RunIndex
  readonly key: ProjectKey
  /** What must not be stored; the log masks it by itself. */
  readonly secrets: Secrets
  readonly health: Pick<Health, 'state' | 'onChange'>
  /** Checks objects against digests, the log against its hash chain and the objects, the index against the log; changes nothing. */
  check(): Promise<CheckReport>
  /** Writes the history again after its folder was removed or replaced; does nothing where it is there. */
  writeAgain(by: Actor): Promise<WrittenAgain>
  /** A proof of the entries of an ended run for a reader without the history; null if there is none. */
  prove(run: string): Promise<Proving | null>
  close(): Promise<void>
}
