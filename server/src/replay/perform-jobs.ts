/** What each job of the page does. */
import type { MoveReport } from '../../contract/move.ts'
import type { ReplayPlan, ReplayTarget } from '../../contract/replay.ts'
import { restorer } from '../../contract/session.ts'
import type { Sessions } from '../session/sessions.ts'
import type { PerformJob } from './jobs.ts'
import type { KeptWrites } from './kept-writes.ts'
import { loadValues } from './load-values.ts'
import { move } from './moving/move.ts'
import { prepareReplay } from './ready-replay.ts'
import { replay } from './replay.ts'
import { restore } from './restore.ts'
import { since } from './since.ts'
import { isRefused, type Refused, refused } from './targets.ts'
import type { ReplayWorld } from './world.ts'

/** A cell that never ends ends here. */
const DEFAULT_SECONDS = 3600

/** The plan of a target; nothing runs. */
export async function planOf(world: ReplayWorld, target: ReplayTarget): Promise<ReplayPlan | Refused> {
  const ready = await prepareReplay(world, target)
  return isRefused(ready) ? ready : ready.plan
}

export function performJobs(
  recorded: ReplayWorld,
  sessions: Pick<Sessions, 'visit'>,
  writes?: Pick<KeptWrites, 'keep'>,
): PerformJob {
  return async (request, { signal, onProgress, onResult, confirmed }) => {
    const options = { actor: restorer, signal, onProgress }
    const allowed =
      request.kind === 'move' ? {} : { maySend: request.send ?? [], mayStart: request.start ?? [] }
    const world = { ...recorded, ...allowed }
    switch (request.kind) {
      case 'replay': {
        const ready = await prepareReplay(world, request.target)
        if (isRefused(ready)) return ready
        const of = ready.plan.steps.at(-1)?.run ?? ready.plan.session
        const report = await replay(world, ready, {
          ...options,
          purpose: { kind: 'replay', of },
          withEnvironment: request.env,
          ...(writes && { onWritten: (session, written) => writes.keep(session, written) }),
          timeoutSeconds: request.timeoutSeconds ?? DEFAULT_SECONDS,
        })
        return { replay: report }
      }
      case 'since': {
        const timeoutSeconds = request.timeoutSeconds ?? DEFAULT_SECONDS
        const report = await since(world, request, { ...options, prove: request.prove, timeoutSeconds })
        return isRefused(report) ? report : { since: report }
      }
      case 'move': {
        const visit = await sessions.visit(request.documentId)
        if (visit === null) return refused('missing', 'that notebook is not there', 'Open it first.')
        const { session, document, leave } = visit
        const onPlan = (report: MoveReport): void => onResult({ move: report })
        const moving = { world: recorded, session, notebook: document.path, request }
        try {
          const report = await move({ ...moving, options: { ...options, onPlan, confirmed } })
          return isRefused(report) ? report : { move: report }
        } finally {
          leave()
        }
      }
      case 'restore': {
        const visit = await sessions.visit(request.documentId)
        if (visit === null) return refused('missing', 'that notebook is not there', 'Open it first.')
        try {
          const { only, run, branch } = request
          const { session } = visit
          const report =
            only === undefined
              ? await restore(world, session, run, { ...options, branch })
              : await loadValues(world, session, run, { ...options, branch, only })
          return isRefused(report) ? report : { restore: report }
        } finally {
          visit.leave()
        }
      }
    }
  }
}
