/**
 * Brings bytes into a kernel that shares no folder with this machine, in parts, by messages
 * (agent/yesterday_agent/deliveries.py). Invariant: a promise settles when the kernel has the whole file with its digest;
 * where the way to the kernel is lost, or nothing moves for a minute, all of them are rejected.
 */
import { createHash } from 'node:crypto'
import type { JsonObject, Kernel, Message } from '@yesterday/kernel-bridge'
import { z } from 'zod'
import type { ValuePlace } from '../kept-values.ts'

/** Servers refuse frames above 10 MiB by default. */
const PART = 4 * 1024 * 1024
/** Parts on their way at a time. */
const WINDOW = 6
const SILENT_MS = 60_000

const Reply = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    folder: z.string().max(4_096).optional(),
    free: z.number().optional(),
  }),
  z.object({ status: z.literal('error'), why: z.string().max(1_000) }),
])

/** `values` are removed when they are loaded, `files` stay there. */
export type DeliveryKind = 'values' | 'files'

export class Courier {
  readonly #kernel: Kernel
  readonly #onBytes: (bytes: number) => void
  readonly #open = new Map<string, PromiseWithResolvers<Extract<z.infer<typeof Reply>, { status: 'ok' }>>>()
  readonly #stopHearing: readonly (() => void)[]
  #failure: Error | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Parts that wait for room. */
  readonly #waiting: (() => void)[] = []
  #onItsWay = 0

  /** `onBytes` hears how many more have arrived. `signal` gives up. */
  constructor(kernel: Kernel, signal: AbortSignal | undefined, onBytes: (bytes: number) => void) {
    this.#kernel = kernel
    this.#onBytes = onBytes
    const stop = (): void => this.#fail(new Error('It was cancelled.'))
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    this.#stopHearing = [
      kernel.on('message', (message) => this.#hear(message)),
      kernel.on('dead', ({ likely }) => this.#fail(new Error(`The kernel died: ${likely}.`))),
      kernel.on('reach', (since) => {
        if (since !== null) this.#fail(new Error('The connection to the kernel was lost.'))
      }),
      () => signal?.removeEventListener('abort', stop),
    ]
  }

  /** A new folder there. `free` are the bytes that its disk has left. */
  async folder(kind: DeliveryKind, name = ''): Promise<{ readonly folder: string; readonly free: number }> {
    const { folder = '', free = Number.POSITIVE_INFINITY } = await this.#ask({ ask: 'open', kind, name }, [])
    return { folder, free }
  }

  async send(kind: DeliveryKind, name: string, bytes: Uint8Array): Promise<void> {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    const parts: Promise<unknown>[] = []
    for (let at = 0; at === 0 || at < bytes.byteLength; at += PART) {
      await this.#room()
      const part = bytes.subarray(at, at + PART)
      const last = at + PART >= bytes.byteLength
      const asked = this.#ask({ ask: 'write', kind, name, at, last, digest }, [part])
      const arrived = asked.then(() => this.#onBytes(part.byteLength)).finally(() => this.#free())
      arrived.catch(() => undefined)
      parts.push(arrived)
    }
    await Promise.all(parts)
  }

  /** A place for values that are loaded there. */
  values(folder: string): ValuePlace {
    return {
      folder,
      write: (name, bytes) => this.send('values', name, bytes),
      remove: () => this.remove('values'),
    }
  }

  /** Removes a folder there, where that is still possible. */
  async remove(kind: DeliveryKind): Promise<void> {
    if (this.#failure === null) await this.#ask({ ask: 'remove', kind }, []).catch(() => undefined)
  }

  close(): void {
    this.#fail(new Error('It is over.'))
    for (const stop of this.#stopHearing) stop()
  }

  async #room(): Promise<void> {
    while (this.#onItsWay >= WINDOW && this.#failure === null)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#onItsWay++
  }

  #free(): void {
    this.#onItsWay--
    this.#waiting.shift()?.()
  }

  #ask(content: JsonObject, buffers: readonly Uint8Array[]) {
    const asked = Promise.withResolvers<Extract<z.infer<typeof Reply>, { status: 'ok' }>>()
    if (this.#failure !== null) asked.reject(this.#failure)
    else {
      const id = this.#kernel.send({
        channel: 'control',
        msgType: 'yesterday_delivery_request',
        content,
        buffers,
      })
      this.#open.set(id, asked)
      this.#watch()
    }
    return asked.promise
  }

  #hear({ header, parent, content }: Message): void {
    if (header.msg_type !== 'yesterday_delivery_reply') return
    const id = parent.msg_id ?? ''
    const asked = this.#open.get(id)
    if (asked === undefined) return
    this.#open.delete(id)
    this.#watch()
    const reply = Reply.safeParse(content)
    if (!reply.success) asked.reject(new Error('The kernel answered something else.'))
    else if (reply.data.status === 'error') asked.reject(new Error(reply.data.why))
    else asked.resolve(reply.data)
  }

  /** Fails where nothing is heard for a while. */
  #watch(): void {
    clearTimeout(this.#timer)
    if (this.#open.size === 0 || this.#failure !== null) return
    const silent = (): void => this.#fail(new Error('The kernel takes nothing any more.'))
    this.#timer = setTimeout(silent, SILENT_MS)
    this.#timer.unref()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    clearTimeout(this.#timer)
    for (const asked of this.#open.values()) asked.reject(this.#failure)
    this.#open.clear()
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
