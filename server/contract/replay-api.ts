/** Routes that run the past again: a plan at once, the rest as jobs. */
import { z } from 'zod'
import {
  AppliedFiles,
  ApplyRequest,
  Job,
  JobRequest,
  Jobs,
  ReplayPlan,
  ReplayTarget,
  WrittenDiff,
  WrittenDiffRequest,
} from './replay.ts'
import { plain } from './route.ts'

const JobParam = z.object({ job: z.string() })

export const replayApi = {
  apply: {
    ...plain,
    method: 'post',
    path: '/api/replay/apply',
    summary: 'Writes files that a replay made into the project.',
    role: 'runner',
    body: ApplyRequest,
    answer: AppliedFiles,
  },
  diff: {
    ...plain,
    method: 'post',
    path: '/api/replay/diff',
    summary: 'Returns how a file that a replay wrote differs from the one on disk.',
    role: 'runner',
    body: WrittenDiffRequest,
    answer: WrittenDiff,
  },
  plan: {
    ...plain,
    method: 'post',
    path: '/api/replay/plan',
    summary: 'Plans a replay. Nothing runs.',
    role: 'viewer',
    body: z.object({ target: ReplayTarget }),
    answer: ReplayPlan,
  },
  start: {
    ...plain,
    method: 'post',
    path: '/api/replay/jobs',
    summary: 'Starts a job. At most four run at once.',
    role: 'runner',
    body: JobRequest,
    answer: Job,
    status: 202,
  },
  list: {
    ...plain,
    method: 'get',
    path: '/api/replay/jobs',
    summary: 'Lists jobs, newest first.',
    role: 'viewer',
    answer: Jobs,
  },
  look: {
    ...plain,
    method: 'get',
    path: '/api/replay/jobs/:job',
    summary: 'Returns a job. With `after`, waits up to 20 s for a later revision.',
    role: 'viewer',
    params: JobParam,
    query: z.object({ after: z.coerce.number().int().optional() }),
    answer: Job,
  },
  confirm: {
    ...plain,
    method: 'post',
    path: '/api/replay/jobs/:job/confirm',
    summary: 'Confirms the plan of a job that waits for that.',
    role: 'runner',
    params: JobParam,
    answer: Job,
  },
  stop: {
    ...plain,
    method: 'delete',
    path: '/api/replay/jobs/:job',
    summary: 'Stops a job. What it recorded stays.',
    role: 'runner',
    params: JobParam,
    answer: Job,
  },
} as const
