/**
 * Comments of a notebook: threads on a cell, on a selection in its source, on an output, or on a run. Invariant: the
 * server sets author and time; clients send text and an anchor. `comments-api.ts` has the routes.
 */
import { z } from 'zod'
import { Actor } from './actor.ts'
import { CellId, RunId, Timestamp } from './ids.ts'

/** Bounds of what one notebook holds. Lengths are UTF-16 units. */
export const COMMENT_LIMITS = {
  text: 10_000,
  quote: 2_000,
  context: 48,
  threads: 1_000,
  comments: 200,
  mentions: 20,
} as const

/** A Yjs relative position, encoded with `Y.encodeRelativePosition`, in base64. */
const Position = z.base64().max(200)

/** A stretch of a cell's source. If the positions lead nowhere, `quote` and the text around it find it again. */
export const SourceAnchor = z.object({
  on: z.literal('source'),
  cell: CellId,
  from: Position,
  to: Position,
  quote: z.string().min(1).max(COMMENT_LIMITS.quote),
  before: z.string().max(COMMENT_LIMITS.context),
  after: z.string().max(COMMENT_LIMITS.context),
})
export type SourceAnchor = z.infer<typeof SourceAnchor>

export const Anchor = z.discriminatedUnion('on', [
  z.object({ on: z.literal('cell'), cell: CellId }),
  SourceAnchor,
  /** `output`: its place in the cell, from 0. `run`: the run that produced it; null where that is unknown. */
  z.object({
    on: z.literal('output'),
    cell: CellId,
    output: z.int().min(0).max(100_000),
    run: RunId.nullable(),
  }),
  z.object({ on: z.literal('run'), run: RunId, cell: CellId.nullable() }),
])
export type Anchor = z.infer<typeof Anchor>

export const Comment = z.object({
  id: z.string().max(64),
  /** Grows with each comment of the notebook, from 1. */
  number: z.int().positive(),
  author: Actor,
  at: Timestamp,
  edited: Timestamp.nullable(),
  /** Markdown; empty if it was deleted. */
  text: z.string().max(COMMENT_LIMITS.text),
  mentions: z.array(Actor).max(COMMENT_LIMITS.mentions),
  deleted: z.boolean(),
})
export type Comment = z.infer<typeof Comment>

export const Thread = z.object({
  id: z.string().max(64),
  anchor: Anchor,
  /** What the thread is about, as it was when the thread began. */
  quote: z.string().max(COMMENT_LIMITS.quote),
  /** Who resolved it and when; null while it is open. */
  resolved: z.object({ by: Actor, at: Timestamp }).nullable(),
  /** In the order in which they were written; at least one. */
  comments: z.array(Comment),
})
export type Thread = z.infer<typeof Thread>

/** `read`: the number of the last comment of each thread that the caller has read. `people`: who can be mentioned. */
export const NotebookComments = z.object({
  threads: z.array(Thread),
  read: z.record(z.string(), z.int()),
  people: z.array(Actor),
})
export type NotebookComments = z.infer<typeof NotebookComments>

const Text = z.string().trim().min(1, 'a comment has text').max(COMMENT_LIMITS.text)

export const NewThread = z.object({ anchor: Anchor, text: Text })
export type NewThread = z.infer<typeof NewThread>

export const ThreadChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reply'), text: Text }),
  /** For the author alone. */
  z.object({ type: z.literal('edit'), comment: z.string().max(64), text: Text }),
  /** For the author alone. The last comment of a thread takes the thread with it. */
  z.object({ type: z.literal('delete'), comment: z.string().max(64) }),
  z.object({ type: z.literal('resolve') }),
  z.object({ type: z.literal('reopen') }),
])
export type ThreadChange = z.infer<typeof ThreadChange>

/** The thread after the change; null if it is gone. */
export const ChangedThread = z.object({ thread: Thread.nullable() })
export type ChangedThread = z.infer<typeof ChangedThread>

/** `read` is the number of a comment: it and all earlier ones of the thread are read. */
export const ReadMark = z.object({ read: z.int().nonnegative() })
export type ReadMark = z.infer<typeof ReadMark>
