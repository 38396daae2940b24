/** pure. What people did in a notebook as one list, newest first, page by page. Runs in a row are gathered. */
import type { ActivityEntry, ActivityPage, EditSession } from '../../contract/activity.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import type { Thread } from '../../contract/comments.ts'
import type { Checkpoint } from '../../contract/past.ts'
import type { RunSummary } from '../../contract/run.ts'

/** What a page is made of. `access` is empty for those who may not read it. */
export interface ActivityRecords {
  readonly runs: readonly RunSummary[]
  readonly threads: readonly Thread[]
  readonly checkpoints: readonly Checkpoint[]
  readonly edits: readonly EditSession[]
  readonly access: readonly AuditEntry[]
  /** Records of runs or of access before this moment exist and are not among these. Null where all are here. */
  readonly complete: string | null
}

/** Runs of one person with a shorter pause between them are one entry, ms. */
const PAUSE_MS = 10 * 60_000
const SHORT = 200

/** The events before the cursor, at most `limit`, gathered. */
export function activityPage(records: ActivityRecords, limit: number, before: string | null): ActivityPage {
  const { complete } = records
  const all = eventsOf(records)
    .filter((event) => before === null || cursorOf(event) < before)
    .filter(({ at }) => complete === null || at >= complete)
    .sort((one, other) => (cursorOf(one) < cursorOf(other) ? 1 : -1))
  const shown = all.slice(0, limit)
  const last = shown.at(-1)
  const isWhole = complete === null && all.length <= limit
  // Where records are many and lie close together, nothing of them may be left to show: the next page begins there.
  const next = last === undefined ? (complete === null ? null : `${complete}~0`) : cursorOf(last)
  return { entries: gathered(shown), next: isWhole ? null : next }
}

/** Sorts by time, then by id. */
const cursorOf = ({ at, id }: Pick<ActivityEntry, 'at' | 'id'>): string => `${at}~${id}`

function eventsOf({ runs, threads, checkpoints, edits, access }: ActivityRecords): ActivityEntry[] {
  return [
    ...runs.map(runEvent),
    ...threads.flatMap(threadEvents),
    ...checkpoints.map(checkpointEvent),
    ...edits.map(editEvent),
    ...access.flatMap((entry, place) => accessEvent(entry, place)),
  ]
}

const runEvent = ({ run, ended, actor, outcome, title }: RunSummary): ActivityEntry => ({
  kind: 'runs',
  id: `run-${run}`,
  at: ended,
  from: ended,
  by: actor,
  count: 1,
  failed: outcome === 'ok' ? 0 : 1,
  run,
  title,
})

function threadEvents({ id: thread, comments, resolved, quote }: Thread): ActivityEntry[] {
  const written = comments
    .filter(({ deleted }) => !deleted)
    .map(
      ({ id, at, author, text }): ActivityEntry => ({
        kind: 'comment',
        id: `comment-${id}`,
        at,
        by: author,
        thread,
        isReply: id !== comments[0]?.id,
        text: text.slice(0, SHORT),
      }),
    )
  if (resolved === null) return written
  const { by, at } = resolved
  return [
    ...written,
    { kind: 'resolved', id: `resolved-${thread}`, at, by, thread, text: quote.slice(0, SHORT) },
  ]
}

const checkpointEvent = ({ checkpoint, name, at, actor, why }: Checkpoint): ActivityEntry => ({
  kind: 'checkpoint',
  id: `checkpoint-${checkpoint}`,
  at,
  by: actor,
  checkpoint,
  name,
  why: why ?? null,
})

const editEvent = ({ by, from, to, cells, count }: EditSession): ActivityEntry => ({
  kind: 'edits',
  id: `edits-${by.id}-${from}`,
  at: to,
  from,
  by,
  cells: [...cells],
  count,
})

const ACCESS = [
  'invitation-made',
  'invitation-used',
  'invitation-revoked',
  'role-changed',
  'member-removed',
] as const

/** Entries of the audit log have no id: those of one moment are distinguished by what they are about. */
function accessEvent({ at, action, by, about }: AuditEntry, place: number): ActivityEntry[] {
  const known = ACCESS.find((one) => one === action)
  if (known === undefined || by === null) return []
  const { person = '', role = '' } = about
  const id = `${known}-${about.personId ?? about.invitation ?? place}`
  return [{ kind: 'access', id, at, by, action: known, person, role }]
}

/** Runs of one person that follow each other, with nothing between them, become one entry. */
function gathered(events: readonly ActivityEntry[]): ActivityEntry[] {
  const entries: ActivityEntry[] = []
  for (const event of events) {
    const newer = entries.at(-1)
    const joined = newer === undefined ? null : together(newer, event)
    if (joined === null) entries.push(event)
    else entries[entries.length - 1] = joined
  }
  return entries
}

function together(newer: ActivityEntry, older: ActivityEntry): ActivityEntry | null {
  if (newer.kind !== 'runs' || older.kind !== 'runs' || newer.by.id !== older.by.id) return null
  if (Date.parse(newer.from) - Date.parse(older.at) > PAUSE_MS) return null
  const named = newer.failed === 0 && older.failed > 0 ? older : newer
  return {
    ...newer,
    from: older.from,
    count: newer.count + older.count,
    failed: newer.failed + older.failed,
    run: named.run,
    title: named.title,
  }
}
