/** Running the past again, over HTTP (contract/replay.ts): plans, and jobs that are followed until they end. */
import {
  Job,
  type JobRequest,
  Jobs,
  ReplayPlan,
  type ReplayTarget,
} from '@yesterday/server/contract/replay.ts'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type Answer, api, type Problem } from '../../../api/api.ts'

const PLAN = '/api/replay/plan'
const JOBS = '/api/replay/jobs'
const jobUrl = (id: string): string => `${JOBS}/${encodeURIComponent(id)}`

/** What would run; nothing does. */
export const planReplay = (target: ReplayTarget): Promise<Answer<ReplayPlan>> =>
  api.send(ReplayPlan, PLAN, 'POST', { target })

/** Whether this server runs the past again at all; asked once. */
let offered: Promise<boolean> | null = null
export function useReplayOffered(): boolean {
  const [is, setIs] = useState(false)
  useEffect(() => {
    let isGone = false
    offered ??= api.get(Jobs, JOBS).then(({ ok }) => ok)
    void offered.then((answer) => isGone || setIs(answer))
    return () => {
      isGone = true
    }
  }, [])
  return is
}

export type JobState =
  | { readonly at: 'none' }
  | { readonly at: 'starting' }
  | { readonly at: 'going' | 'over'; readonly job: Job }
  | { readonly at: 'failed'; readonly problem: Problem }

/** One job at a time: started, followed with its progress, stopped. It goes on when the view is left. */
export function useJob() {
  const [state, setState] = useState<JobState>({ at: 'none' })
  const isGone = useRef(false)
  useEffect(() => {
    isGone.current = false
    return () => {
      isGone.current = true
    }
  }, [])
  const report = useCallback((next: JobState) => {
    if (!isGone.current) setState(next)
  }, [])
  const start = useCallback(
    async (request: JobRequest) => {
      report({ at: 'starting' })
      let answer: Answer<Job> = await api.send(Job, JOBS, 'POST', request)
      while (!isGone.current) {
        if (!answer.ok) return report({ at: 'failed', problem: answer.problem })
        const job: Job = answer.value
        if (job.state !== 'running') return report({ at: 'over', job })
        report({ at: 'going', job })
        answer = await api.get(Job, `${jobUrl(job.id)}?after=${job.revision}`)
      }
    },
    [report],
  )
  const stop = useCallback((id: string) => void api.send(Job, jobUrl(id), 'DELETE', null), [])
  const confirm = useCallback((id: string) => void api.send(Job, `${jobUrl(id)}/confirm`, 'POST', null), [])
  return { state, start: (request: JobRequest) => void start(request), stop, confirm }
}
