/** Requests of the wire itself, which no one else sees. Their replies are rejected when the connection is lost. */
import { randomUUID } from 'node:crypto'
import { RequestTimeoutError } from '../../errors.ts'
import type { JsonObject, Message } from '../../message.ts'
import { newHeader, type Outgoing } from '../../wire.ts'

export type Channel = 'shell' | 'stdin' | 'control'

export class OwnRequests {
  readonly #session: string
  readonly #send: (channel: Channel, message: Outgoing) => boolean
  readonly #open = new Map<string, PromiseWithResolvers<Message>>()

  /** `send`: false if there is no connection. */
  constructor(session: string, send: (channel: Channel, message: Outgoing) => boolean) {
    this.#session = session
    this.#send = send
  }

  /** `timeoutMs`: null waits for as long as there is a connection. */
  ask(channel: Channel, msgType: string, content: JsonObject, timeoutMs: number | null): Promise<Message> {
    const msgId = randomUUID()
    const header = newHeader({ msgId, msgType, session: this.#session, date: new Date() })
    const asked = Promise.withResolvers<Message>()
    this.#open.set(msgId, asked)
    const fail = (error: Error) => {
      this.#open.delete(msgId)
      asked.reject(error)
    }
    const late = () => fail(new RequestTimeoutError(msgType, timeoutMs ?? 0))
    const timer = timeoutMs === null ? undefined : setTimeout(late, timeoutMs)
    const isSent = this.#send(channel, { header, parent: {}, metadata: {}, content, buffers: [] })
    if (!isSent) fail(new Error('There is no connection'))
    return asked.promise.finally(() => clearTimeout(timer))
  }

  /** True for a message that answers one of these, or says that the kernel is at it. */
  takes(message: Message): boolean {
    const parent = message.parent.msg_id ?? ''
    const asked = this.#open.get(parent)
    if (asked === undefined) return false
    if (message.channel === 'iopub') return true
    this.#open.delete(parent)
    asked.resolve(message)
    return true
  }

  lost(): void {
    for (const asked of this.#open.values()) asked.reject(new Error('The connection was lost'))
    this.#open.clear()
  }
}
