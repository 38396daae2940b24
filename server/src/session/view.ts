/** pure. What is shown of a session: the state without what people need not see. */
import type { SessionView } from '../../contract/session.ts'
import type { Run, SessionState } from './state.ts'

/** The view that is sent whole at each change. */
export function viewOf(state: SessionState): SessionView {
  const { running, kernel } = state
  return {
    session: state.session,
    kernel: { ...kernel, state: running !== null && kernel.state === 'idle' ? 'busy' : kernel.state },
    running: running && {
      ...queuedView(running),
      started: running.started ?? running.queued,
      expectedMs: running.expectedMs,
    },
    queue: state.queue.map(queuedView),
    prompt: state.prompt,
    interruptIgnored: state.interruptIgnored,
  }
}

function queuedView({ run, cell, actor, queued }: Run): SessionView['queue'][number] {
  return { run, cell, actor, queued }
}
