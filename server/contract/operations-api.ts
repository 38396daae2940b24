/** Routes for the operator of the server: probes of an orchestrator, and metrics for Prometheus. */
import { z } from 'zod'
import { plain } from './route.ts'

export const operationsApi = {
  live: {
    ...plain,
    method: 'get',
    path: '/healthz',
    summary: 'Answers while the server handles requests. Restart it when this fails.',
    role: 'anyone',
    answer: z.object({ status: z.literal('ok') }),
  },
  ready: {
    ...plain,
    method: 'get',
    path: '/readyz',
    summary: 'Returns 200 while notebooks can be opened and saved, else 503 with the reasons.',
    role: 'anyone',
    answer: z.object({ status: z.enum(['ready', 'not ready']), reasons: z.array(z.string()) }),
  },
  metrics: {
    ...plain,
    method: 'get',
    path: '/metrics',
    summary: 'Returns metrics in the text format of Prometheus. Scrape it with a token that may read.',
    role: 'viewer',
    answer: null,
    streams: true,
  },
} as const
