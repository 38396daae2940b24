/**
 * Deliveries that wait, are tried, and are tried again. Invariant: adding one never waits and never throws; a receiver that
 * is down costs at most `TRIES` tries; what waits survives a restart, and is bounded.
 */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as setTimeoutAsync } from 'node:timers/promises'
import { inBackground } from '@yesterday/kernel-bridge/background'
import { z } from 'zod'
import { readStateFile } from '../disk/state-file.ts'

const Delivery = z.object({
  id: z.string(),
  person: z.string(),
  /** The notebook that it is about. */
  place: z.object({ document: z.string(), path: z.string() }),
  way: z.enum(['email', 'webhook']),
  subject: z.string(),
  text: z.string(),
  /** The webhook's body. */
  body: z.string(),
  tries: z.int(),
  /** When it is tried next, ms. */
  due: z.number(),
})
export type Delivery = z.infer<typeof Delivery>

/** The waits before tries 2, 3, …, ms. */
const WAITS_MS = [5_000, 30_000, 120_000, 600_000, 3_600_000]
export const TRIES = WAITS_MS.length + 1
const MOST_WAITING = 2_000
const MOST_OF_PERSON = 100
/** A stop waits so long for tries that are under way, ms. */
const LAST_MS = 2_000
/** Tried at the same time. */
const MOST_AT_ONCE = 8

export interface DeliveriesInit {
  readonly folder: string
  /** Settles when it is delivered; rejects with the reason. `false`: nothing is to be delivered any more. */
  readonly send: (delivery: Delivery) => Promise<undefined | false>
  /** The person's last delivery failed for this reason, or succeeded (null). */
  readonly onOutcome: (person: string, problem: string | null) => void
  readonly now?: () => number
  readonly waitsMs?: readonly number[]
}

export class Deliveries {
  readonly #init: Required<DeliveriesInit>
  #waiting: Delivery[]
  readonly #busy = new Set<string>()
  readonly #tries = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | null = null
  #saving: Promise<void> = Promise.resolve()
  #isSaveDue = false
  #isClosed = false

  constructor(init: DeliveriesInit) {
    this.#init = { now: Date.now, waitsMs: WAITS_MS, ...init }
    this.#waiting = read(this.#path)
    this.#schedule()
  }

  /** False where too many wait: it is not delivered. */
  add(delivery: Omit<Delivery, 'tries' | 'due'>): boolean {
    const ofPerson = this.#waiting.filter(({ person }) => person === delivery.person).length
    if (this.#isClosed || this.#waiting.length >= MOST_WAITING || ofPerson >= MOST_OF_PERSON) return false
    this.#waiting.push({ ...delivery, tries: 0, due: this.#init.now() })
    this.#save()
    this.#schedule()
    return true
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Waits a moment for what is being delivered, which a receiver would get twice else. What is not stays on the disk. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await Promise.race([Promise.all(this.#tries), setTimeoutAsync(LAST_MS, undefined, { ref: false })])
    await this.#saving
  }

  get #path(): string {
    return join(this.#init.folder, 'notify-waiting.json')
  }

  #schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const free = this.#waiting.filter(({ id }) => !this.#busy.has(id))
    if (this.#isClosed || free.length === 0 || this.#busy.size >= MOST_AT_ONCE) return
    const next = Math.min(...free.map(({ due }) => due))
    this.#timer = setTimeout(() => this.#begin(), Math.max(0, next - this.#init.now()))
    this.#timer.unref()
  }

  #begin(): void {
    const now = this.#init.now()
    const due = this.#waiting.filter((one) => one.due <= now && !this.#busy.has(one.id))
    for (const one of due.slice(0, MOST_AT_ONCE - this.#busy.size)) {
      this.#busy.add(one.id)
      const tried = this.#try(one).finally(() => this.#tries.delete(tried))
      this.#tries.add(tried)
      inBackground(tried, 'delivering a notification')
    }
    this.#schedule()
  }

  async #try(delivery: Delivery): Promise<void> {
    const { send, onOutcome, waitsMs, now } = this.#init
    try {
      const outcome = await send(delivery)
      this.#waiting = this.#waiting.filter(({ id }) => id !== delivery.id)
      if (outcome !== false) onOutcome(delivery.person, null)
    } catch (error) {
      onOutcome(delivery.person, error instanceof Error ? error.message : String(error))
      const wait = waitsMs[delivery.tries]
      this.#waiting = this.#waiting.flatMap((one) => {
        if (one.id !== delivery.id) return [one]
        return wait === undefined ? [] : [{ ...one, tries: one.tries + 1, due: now() + wait }]
      })
    } finally {
      this.#busy.delete(delivery.id)
      this.#save()
      this.#schedule()
    }
  }

  /** Coalesced: one write at a time, the last one with all. */
  #save(): void {
    if (this.#isSaveDue) return
    this.#isSaveDue = true
    this.#saving = this.#saving.then(async () => {
      this.#isSaveDue = false
      const temporary = `${this.#path}.new`
      try {
        await writeFile(temporary, JSON.stringify(this.#waiting), { mode: 0o600, flush: true })
        await rename(temporary, this.#path)
      } catch {
        // A full disk loses what waits if the server stops now; it is delivered otherwise.
      }
    })
  }
}

/** Deliveries of a damaged file are not made. */
const read = (path: string): Delivery[] =>
  readStateFile(path, (json) => z.array(Delivery).parse(json)).value ?? []
