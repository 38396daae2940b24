/** One comm as `@jupyter-widgets/base` uses it (`IClassicComm`). */
import type { IClassicComm } from '@jupyter-widgets/base'
import type { CommToFrame } from '../../frames/frame-protocol.ts'
import type { FrameComms } from '../comms.ts'
import { base64Of, viewOf } from './base64.ts'

type Callbacks = Parameters<IClassicComm['send']>[1]
type Data = Parameters<IClassicComm['send']>[0]
type Metadata = Parameters<IClassicComm['send']>[2]
type Buffers = Parameters<IClassicComm['send']>[3]
type Listener = Parameters<IClassicComm['on_msg']>[0]

/** Messages that wait for a listener; of more, the first are lost. */
const MOST_HELD = 1000

/**
 * A model listens only once its class is loaded, which may take seconds after its state was read: what the kernel says
 * meanwhile waits.
 */
export class FrameComm implements IClassicComm {
  readonly comm_id: string
  readonly target_name: string
  readonly #comms: FrameComms
  #held: CommToFrame[] | null = []
  #onMessage: Listener = () => undefined
  #onClose: Listener = () => undefined

  constructor(comms: FrameComms, target: string, id: string) {
    this.#comms = comms
    this.target_name = target
    this.comm_id = id
  }

  open(data: Data, callbacks?: Callbacks, metadata?: Metadata, buffers?: Buffers): string {
    const content = { target_name: this.target_name, data }
    return this.#send('comm_open', content, callbacks, metadata, buffers)
  }

  send(data: Data, callbacks?: Callbacks, metadata?: Metadata, buffers?: Buffers): string {
    return this.#send('comm_msg', { data }, callbacks, metadata, buffers)
  }

  close(data: Data = {}, callbacks?: Callbacks, metadata?: Metadata, buffers?: Buffers): string {
    return this.#send('comm_close', { data }, callbacks, metadata, buffers)
  }

  on_msg(listener: Listener): void {
    this.#onMessage = listener
    // The model listens in its constructor, before it is whole.
    queueMicrotask(() => this.#release())
  }

  on_close(listener: Listener): void {
    this.#onClose = listener
  }

  /** Hands on what the kernel said to this comm. */
  receive(message: CommToFrame): void {
    if (this.#held === null) this.#handOn(message)
    else if (this.#held.push(message) > MOST_HELD) this.#held.shift()
  }

  #release(): void {
    const held = this.#held ?? []
    this.#held = null
    for (const message of held) this.#handOn(message)
  }

  #handOn({ msgType, content, metadata, buffers, answers }: CommToFrame): void {
    const message = {
      header: { msg_type: msgType },
      // By this id, models recognise the echo of their own changes.
      parent_header: { msg_id: answers ?? '' },
      content,
      metadata,
      buffers: buffers.map(viewOf),
    }
    if (msgType === 'comm_close') this.#onClose(message)
    else this.#onMessage(message)
  }

  #send(
    msgType: 'comm_open' | 'comm_msg' | 'comm_close',
    content: object,
    callbacks: Callbacks,
    metadata: Metadata = {},
    buffers: Buffers = [],
  ): string {
    const message = {
      msgType,
      content: { ...content, comm_id: this.comm_id },
      metadata,
      buffers: buffers.map(base64Of),
    }
    return this.#comms.send(message, () => callbacks?.iopub?.status?.(idle))
  }
}

// Models send their next change when the kernel is idle again; they look at nothing else of the message.
const idle = JSON.parse('{"header":{"msg_type":"status"},"content":{"execution_state":"idle"}}')
