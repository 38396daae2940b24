/**
 * The widgets of a session: follows their state, gives it to clients, lets Output widgets take outputs, and passes
 * messages on. Invariant: clients hear the kernel's comm messages in their order, after what they changed is known.
 */
import { randomUUID } from 'node:crypto'
import type { Message } from '@yesterday/kernel-bridge'
import { inBackground } from '@yesterday/kernel-bridge/background'
import { z } from 'zod'
import { isJsonObject } from '../../../contract/json.ts'
import type { Event } from '../../../contract/session.ts'
import type { WidgetModel } from '../../../contract/widgets.ts'
import { commEvent, type KernelLink, type OutgoingComm } from '../kernel-link.ts'
import { OutputCaptures } from './output-captures.ts'
import { WIDGET_TARGET, WidgetModels } from './widget-models.ts'

const CONTROL_TARGET = 'jupyter.widget.control'
/** A kernel that is busy answers no request of states; the next client that needs them asks again. */
const STATES_WAIT_MS = 4000
/** Captured outputs are shown at most so often, ms. */
const PAUSE_MS = 50

type CommMessage = Pick<Message, 'header' | 'parent' | 'content' | 'metadata' | 'buffers'>

export interface SessionWidgetsOptions {
  readonly emit: (event: Extract<Event, { type: 'comm' }>) => void
  readonly link: () => KernelLink | null
}

export class SessionWidgets {
  readonly #options: SessionWidgetsOptions
  readonly #models = new WidgetModels()
  readonly #captures = new OutputCaptures(this.#models)
  readonly #shown = new Set<string>()
  /** Open comms that are no widgets. */
  readonly #others = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | null = null
  /** The kernel has widgets that were opened before this server listened. */
  #isPartial = false
  #asked: Promise<void> | null = null
  #onStates: (() => void) | null = null

  constructor(options: SessionWidgetsOptions) {
    this.#options = options
  }

  /** A new kernel: no widget of the one before is there. `isPartial` for one that was found running. */
  begin(isPartial: boolean): void {
    this.#models.clear()
    this.#captures.clear()
    this.#shown.clear()
    this.#others.clear()
    this.#isPartial = isPartial
  }

  /** Takes a comm message of the kernel and passes it to the clients. */
  accept(message: CommMessage): void {
    const changes = this.#models.accept(message)
    const { comm_id: id } = message.content
    if (message.header.msg_type === 'comm_open' && changes.length === 0) this.#others.add(String(id))
    if (message.header.msg_type === 'comm_close') this.#others.delete(String(id))
    // Pages ask for the models that they show; the others' states, which may be large, are not sent around.
    if (message.content.target_name !== WIDGET_TARGET)
      this.#options.emit(commEvent(message, this.#options.link()?.answered(message) ?? null))
    for (const change of changes) {
      const ended = this.#captures.changed(change)
      if (ended !== null) this.#show([ended], true)
    }
    if (message.content.comm_id === CONTROL_COMM && changes.length > 0) this.#onStates?.()
  }

  /** True where an Output widget takes the message instead of the cell. */
  capture(message: Message): boolean {
    const model = this.#captures.take(message)
    if (model === null) return false
    this.#shown.add(model)
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#show([...this.#shown], false)
    }, PAUSE_MS)
    return true
  }

  /**
   * Takes what a client sends; false where the kernel has no such comm. What it sets in a model is the model's state at
   * once: ipywidgets before 8 does not repeat it.
   */
  accepts({ msgType, content }: Pick<OutgoingComm, 'msgType' | 'content'>): boolean {
    const { comm_id: id, data } = content
    if (typeof id !== 'string') return false
    if (msgType === 'comm_open') this.#others.add(id)
    const isThere = this.#models.has(id) || this.#others.has(id)
    if (isJsonObject(data) && data.method === 'update' && isJsonObject(data.state))
      this.#models.update(id, data.state)
    return isThere || this.#isPartial
  }

  /** Settles when widgets that were opened before this server listened are known, or the kernel is too busy to answer. */
  async known(ids: readonly string[]): Promise<void> {
    if (this.#isPartial && ids.some((id) => !this.#models.has(id))) await this.#askStates()
  }

  /** These models and those they refer to, as they are now; with `names`, just which of these are there. */
  read(ids: readonly string[], names = false): { models: readonly WidgetModel[]; isPartial: boolean } {
    const named = (): readonly WidgetModel[] =>
      ids.filter((id) => this.#models.has(id)).map((id) => ({ id, state: {}, buffers: [] }))
    return { models: names ? named() : this.#models.closure(ids), isPartial: this.#isPartial }
  }

  #askStates(): Promise<void> {
    this.#asked ??= this.#requestStates().finally(() => {
      this.#asked = null
    })
    return this.#asked
  }

  async #requestStates(): Promise<void> {
    const link = this.#options.link()
    if (link === null) return
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#onStates = () => resolve(true)
    const timer = setTimeout(() => resolve(false), STATES_WAIT_MS)
    const metadata = { version: '1.0.0' }
    const open = { comm_id: CONTROL_COMM, target_name: CONTROL_TARGET, data: {} }
    const send = (message: OutgoingComm): void => inBackground(link.sendComm(message), 'asking for widgets')
    send({ msgType: 'comm_open', content: open, metadata })
    const request = { comm_id: CONTROL_COMM, data: { method: 'request_states' } }
    send({ msgType: 'comm_msg', content: request })
    if (await promise) this.#isPartial = false
    clearTimeout(timer)
    this.#onStates = null
    send({ msgType: 'comm_close', content: { comm_id: CONTROL_COMM, data: {} } })
  }

  /** Sends the clients what these Output widgets show; the kernel too, once the code has left the widget. */
  #show(models: readonly string[], isLeft: boolean): void {
    for (const model of models) {
      this.#shown.delete(model)
      if (!this.#models.has(model)) continue
      const state = { outputs: this.#captures.outputs(model) }
      this.#models.update(model, state)
      const content = { comm_id: model, data: { method: 'update', state, buffer_paths: [] } }
      this.#options.emit({ type: 'comm', msgType: 'comm_msg', content, metadata: {}, buffers: [] })
      const link = this.#options.link()
      if (!isLeft || link === null) continue
      const message = { msgType: 'comm_msg', content: Content.parse(content) }
      inBackground(link.sendComm(message), 'sending the kernel what an Output widget shows')
    }
  }
}

/** One control comm for the life of this server: its name marks its answers. */
const CONTROL_COMM = randomUUID()

/** JSON as the bridge takes it. */
const Content = z.record(z.string(), z.json())
