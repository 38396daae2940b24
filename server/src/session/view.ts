/** pure. What is shown of a session: the state without what people need not see. */
import type { SessionView } from '../../contract/session.ts'
import type { Run, SessionState } from './state.ts'

const views = new WeakMap<SessionState, SessionView>()

/** `viewOf`, computed once for each state: every client of the session asks for it. */
export function cachedView(state: SessionState): SessionView {
  const view = views.get(state) ?? viewOf(state)
  views.set(state, view)
  return view
}

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
    silent: state.silent,
    unreachable: state.unreachable,
  }
}

function queuedView({ run, cell, actor, queued }: Run): SessionView['queue'][number] {
  return { run, cell, actor, queued }
}
