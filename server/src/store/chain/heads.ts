/**
 * Signs the head of the chain from time to time: after `EVERY` entries, after `QUIET_MS`, when the store is opened with
 * entries that are not covered yet, and when it is closed. A head that cannot be signed or written is tried again with
 * the next entries: the log does not wait for it.
 */
import { inBackground } from '@yesterday/kernel-bridge/background'
import type { Queryable } from '../reader.ts'
import type { Requests } from '../writer.ts'
import { headOf } from './chain-writer.ts'
import { lastHead } from './check-heads.ts'
import { type Head, hex } from './links.ts'
import type { SigningKey } from './signing-key.ts'

/** Entries between two heads at most, and so the length of a proof's path. */
const EVERY = 256
/** How long an entry waits for its head, ms. */
const QUIET_MS = 5000

export interface HeadsOptions {
  readonly db: Queryable
  readonly writer: Requests
  readonly key: () => SigningKey
  /** Remembers the head outside of the project folder. */
  readonly pin: (head: { readonly seq: number; readonly hash: string; readonly at: string }) => void
  readonly now: () => Date
}

export class Heads {
  readonly #options: HeadsOptions
  #signed: number
  #waiting = 0
  #timer: NodeJS.Timeout | null = null
  #signing: Promise<void> = Promise.resolve()

  constructor(options: HeadsOptions) {
    this.#options = options
    this.#signed = lastHead(options.db)?.seq ?? 0
    if (headOf(options.db).seq > this.#signed) this.#schedule()
  }

  /** Entries were appended. */
  appended(entries: number): void {
    this.#waiting += entries
    if (this.#waiting >= EVERY) inBackground(this.sign(), 'signing the history')
    else this.#schedule()
  }

  /** Signs what the log has now. Never rejects. */
  sign(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#waiting = 0
    this.#signing = this.#signing.then(() => this.#sign()).catch(() => undefined)
    return this.#signing
  }

  #schedule(): void {
    const sign = () => inBackground(this.sign(), 'signing the history')
    this.#timer ??= setTimeout(sign, QUIET_MS).unref()
  }

  async #sign(): Promise<void> {
    const { db, writer, key, pin, now } = this.#options
    const head: Head = headOf(db)
    if (head.seq <= this.#signed) return
    const at = now().toISOString()
    const record = key().sign({ type: 'chain-head' as const, seq: head.seq, hash: hex(head.hash), at })
    await writer.request({ type: 'putHead', seq: head.seq, body: JSON.stringify(record) })
    this.#signed = head.seq
    pin({ seq: head.seq, hash: record.hash, at })
  }
}
