/** Running the past again, for the page: a plan at once, the rest as jobs. */
import { z } from 'zod'
import { JobRequest, type ReplayPlan, ReplayTarget } from '../../../contract/replay.ts'
import type { Jobs } from '../../replay/jobs.ts'
import { isRefused, type Refused } from '../../replay/targets.ts'
import { json, type Reply, refuse } from '../reply.ts'
import { parse, type Route, readOnly } from '../route.ts'

/** How long a look waits for news. */
const WAIT_MS = 20_000
const PlanRequest = z.object({ target: ReplayTarget })
const LookRequest = z.object({ after: z.coerce.number().int().optional() })

/** `plan` makes a plan and runs nothing. */
export function replayRoutes(
  jobs: Jobs,
  plan: (target: ReplayTarget) => Promise<ReplayPlan | Refused>,
): readonly Route[] {
  return [
    {
      method: 'post',
      path: '/api/replay/plan',
      handle: async ({ body }) => {
        const parsed = parse(PlanRequest, body)
        if (!parsed.ok) return parsed.reply
        const planned = await plan(parsed.value.target)
        return isRefused(planned) ? refusedReply(planned) : json(planned)
      },
    },
    {
      method: 'post',
      path: '/api/replay/jobs',
      handle: async ({ body, mayWrite }) => {
        if (!mayWrite) return refuse(readOnly)
        const parsed = parse(JobRequest, body)
        if (!parsed.ok) return parsed.reply
        const job = jobs.start(parsed.value)
        return job === null ? refuse(tooMany) : json(job, 202)
      },
    },
    { method: 'get', path: '/api/replay/jobs', handle: async () => json(jobs.list()) },
    {
      method: 'get',
      path: '/api/replay/jobs/:id',
      handle: async ({ params, query }) => {
        const parsed = parse(LookRequest, query)
        if (!parsed.ok) return parsed.reply
        return jobReply(await jobs.look(String(params.id), parsed.value.after ?? null, WAIT_MS))
      },
    },
    {
      method: 'delete',
      path: '/api/replay/jobs/:id',
      handle: async ({ params, mayWrite }) =>
        mayWrite ? jobReply(jobs.stop(String(params.id))) : refuse(readOnly),
    },
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
