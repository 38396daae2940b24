/** Brings the runs of an earlier server's session into a new one, whose kernel lives. */
import type { Execution } from '@yesterday/kernel-bridge'
import type { HearingParts } from './kernel-hearing.ts'
import type { KernelLink } from './kernel-link.ts'
import { type Past, runningOf, type SentRun, UNRUNNABLE } from './past.ts'
import type { Action } from './state.ts'

interface Parts extends HearingParts {
  readonly perform: (action: Exclude<Action, { type: 'refuse' }>) => void
  /** Emits the kernel's messages from now on. */
  readonly listen: () => void
  readonly follow: (run: string, execution: Execution) => void
}

export function reattachRuns(past: Past, link: KernelLink, parts: Parts): void {
  const { session, sent, queue, unrunnable, nextOrder, environment } = past
  const { recorder, widgets, dispatch, perform } = parts
  recorder.remember(environment)
  widgets.begin(true)
  for (const one of sent) processSent(one, parts)
  const last = sent.at(-1)
  const running = last === undefined ? null : runningOf(last)
  const earlier = sent.slice(0, -1)
  const finishing = earlier.map(({ run: { run, cell } }) => ({ run, cell, shown: 'running' as const }))
  dispatch({ type: 'Reattached', session, kernel: link.facts, running, finishing, queue, nextOrder })
  for (const { run, order, started, outcome } of earlier) {
    if (outcome === null) throw new Error(`run ${run.run} goes on, yet another was sent after it`)
    perform({ type: 'endRun', session, run, order, started, ending: { kind: 'replied', outcome } })
  }
  for (const { run, order } of unrunnable) {
    const ending = { kind: 'aborted', reason: UNRUNNABLE } as const
    perform({ type: 'endRun', session, run, order, started: null, ending })
  }
  parts.listen()
  if (last !== undefined) resume(last, parts)
}

/** Processes messages about a run that came before a listener, or that an earlier server received. */
function processSent(
  { run: { run, cell }, messages, record, ended, isLogged, started }: SentRun,
  parts: Parts,
) {
  parts.outputs.begin(run, cell)
  for (const message of messages) {
    if (message.header.msg_type.startsWith('comm_')) parts.comm(message)
    else if (!parts.widgets.capture(message)) parts.outputs.accept(run, message)
  }
  parts.recorder.recordSent(run, record, ended)
  if (!isLogged) parts.record.logStarted({ type: 'logStarted', run, at: started })
}

function resume({ run: { run }, outcome, execution }: SentRun, { dispatch, follow }: Parts): void {
  if (outcome !== null) dispatch({ type: 'RunOver', run, outcome })
  else if (execution !== null) follow(run, execution)
  else throw new Error(`run ${run} neither ended nor goes on`)
}
