/**
 * Passes messages between one kernel process and its clients: replies and prompts to the client that asked, what is
 * published to all. Invariant: a client sees its own header as the parent, also where a run carried its code.
 */
import { type JsonObject, type Kernel, KernelDeadError, type Message } from '@yesterday/kernel-bridge'
import type { Clients } from './clients.ts'
import type { Received } from './message.ts'

/** Requests whose late outputs still name their client. */
const MOST_REQUESTS = 10_000
/** Messages that wait for a kernel that restarts. */
const MOST_WAITING = 10_000

/** A client's request. `header` is what it asked with, where the kernel knows it by another message id. */
export interface Asked {
  readonly client: string
  readonly header: Message['header'] | null
  hasReply: boolean
}

/** The subshells of clients. The server has one of its own in each kernel, which clients neither see nor delete. */
class Subshells {
  readonly #ids = new Set<string>()

  /** The message without what is the server's own. `isAsked` is true for an answer to a client. */
  shown(message: Message, isAsked: boolean): Message {
    const { content, header } = message
    const id = content.subshell_id
    if (!isAsked) return message
    if (header.msg_type === 'create_subshell_reply' && typeof id === 'string') this.#ids.add(id)
    if (header.msg_type !== 'list_subshell_reply' || !Array.isArray(id)) return message
    const known = id.filter((one) => typeof one === 'string' && this.#ids.has(one))
    return { ...message, content: { ...content, subshell_id: known } }
  }
}

/** What is needed of a kernel. */
export interface RelayedKernel extends Pick<Kernel, 'send'> {
  on(event: 'message', listener: (message: Message) => void): () => void
}

/** A client's message that waits for the kernel. */
interface Waiting {
  readonly client: string
  readonly message: Received
  readonly metadata: JsonObject
}

export class Relay {
  readonly #clients: Clients
  readonly #isComing: () => boolean
  #waiting: Waiting[] = []
  readonly #asked = new Map<string, Asked>()
  #kernel: RelayedKernel | null = null
  readonly #subshells = new Subshells()
  #stop: () => void = () => undefined
  #lastActivity = new Date()

  /** `isComing` is true while the kernel starts or restarts. */
  constructor(clients: Clients, isComing: () => boolean) {
    this.#clients = clients
    this.#isComing = isComing
  }

  get kernel(): RelayedKernel | null {
    return this.#kernel
  }

  get lastActivity(): Date {
    return this.#lastActivity
  }

  /** Listens to this kernel, and to no other any more. */
  attach(kernel: RelayedKernel | null): void {
    this.#stop()
    this.#kernel = kernel
    this.#stop = kernel?.on('message', (message) => this.#relay(message)) ?? (() => undefined)
  }

  /** From now on what the kernel says of this message is for the client. */
  expect(msgId: string, client: string, header: Message['header'] | null = null): Asked {
    const asked: Asked = { client, header, hasReply: false }
    this.#asked.set(msgId, asked)
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= MOST_REQUESTS) break
      this.#asked.delete(oldest)
    }
    return asked
  }

  /** The request that the kernel knows by this message id. */
  asked(msgId: string): Asked | null {
    return this.#asked.get(msgId) ?? null
  }

  /**
   * Sends a client's message as it is, with this metadata; it waits while the kernel restarts. A dead kernel takes none:
   * its clients know. Throws `RangeError` where too many wait.
   */
  pass(client: string, message: Received, metadata = message.metadata): void {
    this.#lastActivity = new Date()
    if (!this.#isComing()) this.#send({ client, message, metadata })
    else if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ client, message, metadata })
    else throw new RangeError('too many messages wait for this kernel')
  }

  /** The kernel answers, or is dead: what waited is sent. Does nothing while it starts. */
  release(): void {
    if (this.#isComing()) return
    for (const waiting of this.#waiting.splice(0)) this.#send(waiting)
  }

  #send({ client, message, metadata }: Waiting): void {
    const { channel, header, parent, content, buffers } = message
    if (this.#kernel === null) return
    try {
      const msgType = header.msg_type
      this.#kernel.send({ channel, msgType, header, parent, metadata, content, buffers })
      this.expect(header.msg_id, client)
    } catch (error) {
      if (!(error instanceof KernelDeadError)) throw error
    }
  }

  #relay(message: Message): void {
    this.#lastActivity = new Date()
    // Between the agent and the server alone.
    if (message.header.msg_type.startsWith('yesterday_')) return
    const asked = this.asked(message.parent.msg_id ?? '')
    const shown = this.#subshells.shown(message, asked !== null)
    const passed = asked?.header ? { ...shown, parent: asked.header } : shown
    if (message.channel === 'iopub') this.#clients.toAll(passed)
    else if (asked !== null) {
      if (message.channel !== 'stdin') asked.hasReply = true
      this.#clients.toOne(asked.client, passed)
    }
  }
}
