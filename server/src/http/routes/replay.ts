/** Running the past again, for the page: a plan at once, the rest as jobs. */
import type { ReplayPlan, ReplayTarget } from '../../../contract/replay.ts'
import { replayApi } from '../../../contract/replay-api.ts'
import type { Jobs } from '../../replay/jobs.ts'
import type { KeptWrites } from '../../replay/kept-writes.ts'
import { isRefused, type Refused } from '../../replay/targets.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { on, type Route } from '../route.ts'

/** How long a look waits for news. */
const WAIT_MS = 20_000

/** `plan` makes a plan and runs nothing. */
export function replayRoutes(
  jobs: Jobs,
  plan: (target: ReplayTarget) => Promise<ReplayPlan | Refused>,
  writes: Pick<KeptWrites, 'apply' | 'diff'>,
): readonly Route[] {
  return [
    on(replayApi.apply, async ({ body }) => {
      const applied = await writes.apply(body)
      return isRefused(applied) ? refusedReply(applied) : json(applied)
    }),
    on(replayApi.diff, async ({ body }) => {
      const diff = await writes.diff(body)
      return isRefused(diff) ? refusedReply(diff) : json(diff)
    }),
    on(replayApi.plan, async ({ body }) => {
      const planned = await plan(body.target)
      return isRefused(planned) ? refusedReply(planned) : json(planned)
    }),
    on(replayApi.start, async ({ body }) => {
      const job = jobs.start(body)
      return job === null ? refuse(tooMany) : json(job)
    }),
    on(replayApi.list, async () => json(jobs.list())),
    on(replayApi.look, async ({ params, query }) =>
      jobReply(await jobs.look(params.job, query.after ?? null, WAIT_MS)),
    ),
    on(replayApi.confirm, async ({ params }) => jobReply(jobs.confirm(params.job))),
    on(replayApi.stop, async ({ params }) => jobReply(jobs.stop(params.job))),
  ]
}

const jobReply = (job: object | null): Reply =>
  job === null ? refuse({ code: 'missing', status: 404, message: 'There is no such job.' }) : json(job)

const tooMany = {
  code: 'busy',
  status: 409,
  message: 'Several replays are at work already.',
  hint: 'Wait for one of them, or stop it.',
}

const statuses: Readonly<Record<string, number>> = { 'ambiguous-run': 409, 'not-ended': 409 }
const refusedReply = ({ refused }: Refused): Reply =>
  refuse({ ...refused, status: statuses[refused.code] ?? 404 })
