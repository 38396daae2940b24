/** What people did in a notebook. */
import { activityApi } from '../../../contract/activity.ts'
import type { Comments } from '../../comments/comments.ts'
import type { EditSessions } from '../../document/edit-sessions.ts'
import { activityPage } from '../../lineage/activity.ts'
import type { Audit } from '../../people/audit.ts'
import type { RunIndex } from '../../store/ports.ts'
import { json, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export interface ActivityParts {
  readonly comments: Pick<Comments, 'list'>
  readonly editSessions: Pick<EditSessions, 'list'>
  readonly index: Pick<RunIndex, 'page' | 'checkpoints'>
  readonly audit: Pick<Audit, 'newest'> | null
}

export const activityRoutes = ({ comments, editSessions, index, audit }: ActivityParts): readonly Route[] => [
  on(activityApi.activity, async ({ params: { document }, query, person, role }) => {
    const listed = await comments.list(document, person)
    if (!listed.ok) return refuse(listed.refusal)
    const { limit, before = null } = query
    const until = before === null ? undefined : justAfter(before)
    const runs = await index.page({ notebook: document, limit: limit * 2, ...(until && { until }) })
    const access = role === 'owner' ? (audit?.newest(limit * 2, until) ?? []) : []
    const records = {
      runs: runs.runs,
      threads: listed.value.threads,
      checkpoints: await index.checkpoints(document),
      edits: await editSessions.list(document),
      access,
      complete: latest([
        runs.next === null ? undefined : runs.runs.at(-1)?.ended,
        access.length < limit * 2 ? undefined : access.at(-1)?.at,
      ]),
    }
    return json(activityPage(records, limit, before))
  }),
]

/** Records of the moment of a cursor may come before it. A time that cannot be read has nothing before it. */
function justAfter(cursor: string): string {
  const at = Date.parse(cursor.split('~')[0] ?? '')
  return new Date(Number.isNaN(at) ? 0 : at + 1).toISOString()
}

const latest = (times: readonly (string | undefined)[]): string | null =>
  times
    .filter((time) => time !== undefined)
    .toSorted()
    .at(-1) ?? null
