/** What a session does with each message of one of its kernels, the one that it uses or one that it keeps. */
import type { Message } from '@yesterday/kernel-bridge'
import type { KeptKernels } from './kept-kernels.ts'
import type { KernelLink, LinkHearing } from './kernel-link.ts'
import type { Recorder } from './recorder.ts'
import type { SessionOutputs } from './session-outputs.ts'
import type { SessionRecord } from './session-record.ts'
import type { Operation } from './state.ts'
import type { SessionWidgets } from './widgets/session-widgets.ts'

export interface HearingParts {
  readonly outputs: SessionOutputs
  readonly recorder: Recorder
  readonly record: SessionRecord
  readonly widgets: SessionWidgets
  readonly kept: KeptKernels
  /** Whether it is the kernel that the session uses. */
  readonly isCurrent: () => boolean
  readonly comm: (message: Message) => void
  readonly dispatch: (operation: Operation) => void
}

export function hearingOf(link: KernelLink, parts: HearingParts): LinkHearing {
  const { outputs, recorder, record, widgets, kept, isCurrent, comm, dispatch } = parts
  const { session } = link
  return {
    output: (run, message) => outputs.accept(run, message),
    record: (run, raw) => recorder.accept(run, raw),
    content: (raw) => record.acceptContent(link, raw),
    comm: (message) => {
      if (isCurrent()) comm(message)
    },
    capture: (message) => isCurrent() && widgets.capture(message),
    prompt: (run, text, password) => dispatch({ type: 'InputRequested', run, text, password }),
    status: (status) => dispatch({ type: 'KernelStatus', session, status }),
    reach: (unreachable) => dispatch({ type: 'KernelReach', session, unreachable }),
    allocation: (allocation) => dispatch({ type: 'KernelMoved', session, allocation }),
    dead: ({ likely: death, sentence }) => {
      recorder.noMore(link.runs)
      kept.died(link, `died: ${death}`)
      dispatch({ type: 'KernelDied', session, death, sentence })
    },
  }
}
