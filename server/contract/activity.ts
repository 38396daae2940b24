/**
 * What people did in a notebook, newest first: edits gathered by person, runs, comments, checkpoints and restores, and for
 * owners who has access. It is read from records that exist for other purposes.
 */
import { z } from 'zod'
import { Actor } from './actor.ts'
import { CellId, DocumentId, RunId, Timestamp } from './ids.ts'
import { plain } from './route.ts'

/** Bounds of the record of edits, for each notebook. */
export const EDIT_SESSION_LIMITS = { sessions: 300, cells: 50 } as const

/** Edits of one person without a longer pause. `cells` are those edited last, the newest last; `count` counts all of them. */
export const EditSession = z.object({
  by: Actor,
  from: Timestamp,
  to: Timestamp,
  cells: z.array(CellId).max(EDIT_SESSION_LIMITS.cells),
  count: z.int().positive(),
})
export type EditSession = z.infer<typeof EditSession>

const Event = z.object({
  /** Unique among the events of a notebook. */
  id: z.string(),
  at: Timestamp,
  by: Actor,
})

export const ActivityEntry = z.discriminatedUnion('kind', [
  Event.extend({ kind: z.literal('edits'), from: Timestamp, cells: z.array(CellId), count: z.int() }),
  /** Runs of one person in a row. `run` is the newest that did not go well, else the newest. */
  Event.extend({
    kind: z.literal('runs'),
    from: Timestamp,
    count: z.int(),
    failed: z.int(),
    run: RunId,
    title: z.string(),
  }),
  Event.extend({ kind: z.literal('comment'), thread: z.string(), isReply: z.boolean(), text: z.string() }),
  Event.extend({ kind: z.literal('resolved'), thread: z.string(), text: z.string() }),
  Event.extend({
    kind: z.literal('checkpoint'),
    checkpoint: z.string(),
    name: z.string(),
    why: z.enum(['before-restore', 'restored', 'before-merge', 'before-resolve', 'quiet']).nullable(),
  }),
  /** For owners alone: the project, not the notebook, was shared. */
  Event.extend({
    kind: z.literal('access'),
    action: z.enum([
      'invitation-made',
      'invitation-used',
      'invitation-revoked',
      'role-changed',
      'member-removed',
    ]),
    person: z.string(),
    role: z.string(),
  }),
])
export type ActivityEntry = z.infer<typeof ActivityEntry>

/** `next` is the cursor of older entries; null where there are none. */
export const ActivityPage = z.object({ entries: z.array(ActivityEntry), next: z.string().nullable() })
export type ActivityPage = z.infer<typeof ActivityPage>

/** The time and the id of an event: older ones come before it. */
export const ActivityCursor = z.string().regex(/^[^~]{1,40}~[^~]{1,200}$/, 'a cursor of an earlier page')

export const activityApi = {
  activity: {
    ...plain,
    method: 'get',
    path: '/api/notebooks/:document/activity',
    summary:
      'Lists what people did in a notebook, newest first. Who has access is in the answer for owners alone.',
    role: 'viewer',
    params: z.object({ document: DocumentId }),
    query: z.object({
      /** Counts events before they are gathered. */
      limit: z.coerce.number().int().min(1).max(200).default(100),
      before: ActivityCursor.optional(),
    }),
    answer: ActivityPage,
  },
} as const
