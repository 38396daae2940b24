/** Conflicts of merges: what they are, what people choose, and the notebook written from it. */
import { conflictsApi } from '../../../contract/conflicts.ts'
import type { Conflicts, Outcome } from '../../git/conflicts.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

export const conflictRoutes = (conflicts: Conflicts): readonly Route[] => [
  on(conflictsApi.conflicts, async ({ query }) => reply(await conflicts.list(query.path))),
  on(conflictsApi.choose, async ({ body: { path, conflict, choice }, person }) =>
    reply(await conflicts.choose(path, conflict, choice, person.name)),
  ),
  on(conflictsApi.finish, async ({ body, person }) =>
    reply(await conflicts.finish(body.path, body.version, person)),
  ),
  on(conflictsApi.cancel, async ({ query }) => reply(await conflicts.cancel(query.path))),
]

const reply = (outcome: Outcome<object>): Reply =>
  outcome.ok ? json(outcome.value) : refuse(outcome.refusal)
