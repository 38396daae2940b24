/** A frame's way to the kernel's widgets, through the page. */
import type { CommFromFrame, CommToFrame, FromFrame, WidgetStates } from '../frames/frame-protocol.ts'

export interface FrameComms {
  /** The state of these models and of those that they refer to, as far as they are known. */
  models(ids: readonly string[]): Promise<WidgetStates>
  /** Sends to the kernel; `handled` is called when the kernel has handled the message. Answers the message's name. */
  send(message: Omit<CommFromFrame, 'ack'>, handled: () => void): string
  /** Calls `listener` for each message of the kernel to a model that this frame has asked for. */
  listen(listener: (message: CommToFrame) => void): void
}

/** The page's answers are given to `receive`. */
export class PageComms implements FrameComms {
  readonly #post: (message: FromFrame) => void
  readonly #asked = new Map<number, (states: WidgetStates) => void>()
  readonly #sent = new Map<string, () => void>()
  #listener: (message: CommToFrame) => void = () => undefined
  #next = 0

  constructor(post: (message: FromFrame) => void) {
    this.#post = post
  }

  models(ids: readonly string[]): Promise<WidgetStates> {
    const request = this.#next++
    return new Promise((resolve) => {
      this.#asked.set(request, resolve)
      this.#post({ type: 'widgets', request, models: ids })
    })
  }

  send(message: Omit<CommFromFrame, 'ack'>, handled: () => void): string {
    const ack = crypto.randomUUID?.() ?? `${performance.now()}-${Math.random()}`
    this.#sent.set(ack, handled)
    this.#post({ type: 'comm', ...message, ack })
    return ack
  }

  listen(listener: (message: CommToFrame) => void): void {
    this.#listener = listener
  }

  answered(request: number, states: WidgetStates): void {
    this.#asked.get(request)?.(states)
    this.#asked.delete(request)
  }

  received(message: CommToFrame): void {
    this.#listener(message)
  }

  handled(ack: string): void {
    this.#sent.get(ack)?.()
    this.#sent.delete(ack)
  }
}
