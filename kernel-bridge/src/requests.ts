/** Requests that wait for one reply. Invariant: each settles once, by its reply, by its time running out, or by the end. */
import { RequestTimeoutError } from './errors.ts'
import type { JsonObject } from './message.ts'

interface Waiting {
  readonly resolve: (content: JsonObject) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout | null
}

export class Requests {
  readonly #waiting = new Map<string, Waiting>()

  has(msgId: string): boolean {
    return this.#waiting.has(msgId)
  }

  /** The reply's content. Rejects with `RequestTimeoutError`, or with the error passed to `end`. */
  open(msgId: string, msgType: string, timeoutMs: number | undefined): Promise<JsonObject> {
    return new Promise((resolve, reject) => {
      const late = (): void => {
        this.#waiting.delete(msgId)
        reject(new RequestTimeoutError(msgType, timeoutMs ?? 0))
      }
      const timer = timeoutMs === undefined ? null : setTimeout(late, timeoutMs)
      this.#waiting.set(msgId, { resolve, reject, timer })
    })
  }

  /** False if no request waits for it. */
  replied(msgId: string, content: JsonObject): boolean {
    const waiting = this.#take(msgId)
    waiting?.resolve(content)
    return waiting !== undefined
  }

  end(error: Error): void {
    for (const msgId of [...this.#waiting.keys()]) this.#take(msgId)?.reject(error)
  }

  #take(msgId: string): Waiting | undefined {
    const waiting = this.#waiting.get(msgId)
    this.#waiting.delete(msgId)
    if (waiting?.timer != null) clearTimeout(waiting.timer)
    return waiting
  }
}
