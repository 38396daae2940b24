/**
 * The agent's spool on the other side (agent/yesterday_agent/elsewhere.py): read in parts over a connection that may be
 * lost. Invariant: a read that was cut off goes on where it was.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { KernelObjects } from '../../kernel.ts'
import type { JsonObject, Message } from '../../message.ts'

export type Ask = (content: JsonObject, timeoutMs?: number) => Promise<Message>

const State = z.object({
  files: z.record(z.string().max(300), z.number().int().min(0)),
  begun: z.array(z.string().max(300)).max(1_000),
})
const Part = z.object({ size: z.number().int().min(0) })

/** Bytes of one file that are read. */
const FILE_LIMIT = 300 * 1024 * 1024
/** How often a question is asked over connections that are lost. */
const TRIES = 100
const REST_MS = 50

class MissingError extends Error {}

export class RemoteSpool {
  readonly #ask: Ask
  readonly #opened: () => Promise<void>

  constructor(ask: Ask, opened: () => Promise<void>) {
    this.#ask = ask
    this.#opened = opened
  }

  async state(): Promise<z.infer<typeof State>> {
    return State.parse((await this.#asked({ ask: 'state' })).content)
  }

  /** Throws `MissingError` where there is no such file. */
  async read(name: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    let at = 0
    for (;;) {
      const { content, buffers } = await this.#asked({ ask: 'read', name, from: at })
      const { size } = Part.parse(content)
      const [part] = buffers
      if (size > FILE_LIMIT) throw new Error(`${name} is too large: ${size} bytes`)
      if (part === undefined || part.byteLength === 0) return Buffer.concat(parts)
      parts.push(part)
      at += part.byteLength
      if (at >= size) return Buffer.concat(parts)
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#asked({ ask: 'remove', names: [...names] })
  }

  get objects(): KernelObjects {
    const nameOf = (digest: string): string => `objects/${digest.replace(/^[^:]*:/, '')}`
    return {
      isLocal: false,
      read: (digest) => this.read(nameOf(digest)).catch(() => null),
      remove: (digests) => this.remove(digests.map(nameOf)).catch(() => undefined),
    }
  }

  async #asked(content: JsonObject): Promise<Message> {
    for (let tries = 1; ; tries++) {
      await this.#opened()
      const reply = await this.#ask(content).catch((error: unknown) => {
        if (tries >= TRIES) throw error
        return null
      })
      if (reply === null) {
        await sleep(REST_MS)
        continue
      }
      const { status, why } = reply.content
      if (status === 'missing') throw new MissingError('It is not there')
      if (status !== 'ok') throw new Error(`The agent does not answer: ${String(why ?? status)}`)
      return reply
    }
  }
}
