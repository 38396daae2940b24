/**
 * Between the widgets in output frames and the kernel. Invariant: a frame hears of, and speaks to, the models that it
 * has asked for and no others; each of its messages is said to be handled, also where it was refused.
 */
import { WidgetModels } from '@yesterday/server/contract/widgets.ts'
import type { SessionSocket } from '../session/session-socket.ts'
import { notify } from '../ui/notices.ts'
import type { CommFromFrame, FromFrame, ToFrame } from './frame-protocol.ts'

type WidgetMessage = Extract<FromFrame, { type: 'widgets' | 'comm' }>

/** One frame's end of the bridge. */
export interface FrameLink {
  readonly receive: (message: WidgetMessage) => void
  readonly end: () => void
}

/** Whether the kernel has a model; `unknown` while a reattached kernel has not answered yet. */
export type ModelState = 'live' | 'gone' | 'unknown'

export class WidgetBridge {
  readonly #session: SessionSocket
  #lastReason = ''

  constructor(session: SessionSocket) {
    this.#session = session
  }

  /** Whether there is such a model now. */
  async stateOf(model: string): Promise<ModelState> {
    const found = await this.#ask([model])
    if (found === null || found.models.some(({ id }) => id === model))
      return found === null ? 'unknown' : 'live'
    return found.isPartial ? 'unknown' : 'gone'
  }

  /** Calls `listener` whenever the kernel may know more than before. */
  onChange(listener: () => void): () => void {
    return this.#session.view.subscribe(listener)
  }

  /** Connects a frame; what the callbacks of its widgets print is shown in `cell`. */
  connect(cell: string | null, post: (message: ToFrame) => void): FrameLink {
    const known = new Set<string>()
    const sent = new Set<string>()
    const stops = [
      this.#session.comms.listen((message) => {
        const { comm_id: id } = message.content
        if (typeof id === 'string' && known.has(id)) post({ ...message, type: 'comm' })
      }),
      this.#session.commsHandled.listen(({ ack }) => {
        if (sent.delete(ack)) post({ type: 'commHandled', ack })
      }),
      this.#session.connected.subscribe(() => {
        if (this.#session.connected.get() && known.size > 0) void this.#refresh([...known], post)
      }),
    ]
    return {
      receive: (message) => {
        if (message.type === 'widgets') void this.#answer(message, known, post)
        else if (isFor(message, known)) void this.#send(message, cell, sent, post)
        else post({ type: 'commHandled', ack: message.ack })
      },
      end: () => {
        for (const stop of stops) stop()
      },
    }
  }

  /** With `names`: without their states. */
  async #ask(models: readonly string[], names = false): Promise<WidgetModels | null> {
    const answer = await this.#session.send({ type: 'widgets', models: [...models], names })
    return answer.ok ? (WidgetModels.safeParse(answer.content).data ?? null) : null
  }

  async #answer(
    { request, models }: Extract<FromFrame, { type: 'widgets' }>,
    known: Set<string>,
    post: (message: ToFrame) => void,
  ): Promise<void> {
    const found = await this.#ask(models)
    for (const { id } of found?.models ?? []) known.add(id)
    post({ type: 'widgets', request, states: { models: found?.models ?? [] } })
  }

  async #send(
    message: Extract<FromFrame, { type: 'comm' }>,
    cell: string | null,
    sent: Set<string>,
    post: (message: ToFrame) => void,
  ): Promise<void> {
    const { ack } = message
    sent.add(ack)
    const command = { ...message, buffers: [...message.buffers] }
    const answer = await this.#session.send(cell === null ? command : { ...command, cell })
    if (answer.ok) return
    if (sent.delete(ack)) post({ type: 'commHandled', ack })
    if (answer.reason !== this.#lastReason) notify('warning', answer.reason)
    this.#lastReason = answer.reason
  }

  /** After a time without a connection: what the models say now, as if the kernel had just said it. */
  async #refresh(models: readonly string[], post: (message: ToFrame) => void): Promise<void> {
    const found = await this.#ask(models)
    for (const { id, state, buffers } of found?.models ?? []) {
      const data = { method: 'update', state, buffer_paths: buffers.map(({ path }) => path) }
      const content = { comm_id: id, data }
      post({
        type: 'comm',
        msgType: 'comm_msg',
        content,
        metadata: {},
        buffers: buffers.map((one) => one.data),
      })
    }
  }
}

const isFor = ({ content }: CommFromFrame, known: ReadonlySet<string>): boolean =>
  typeof content.comm_id === 'string' && known.has(content.comm_id)
