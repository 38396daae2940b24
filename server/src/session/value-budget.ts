/**
 * How much a project stores. Invariant: what would exceed the budget takes the place of what old runs alone need; where
 * there is nothing of that kind, it is not stored, and its receipt says so.
 */
import { logFault } from '@yesterday/kernel-bridge/background'
import { Eviction, type EvictParts } from '../lineage/evict.ts'
import { NOT_KEPT } from '../store/late-content.ts'
import type { ObjectStore } from '../store/ports.ts'

const MIB = 1024 * 1024
const DEFAULT_MIB = 32 * 1024
/** So much of the budget is used after room was made. */
const AFTER = 0.9

type Objects = Pick<ObjectStore, 'list' | 'size'>

export class ValueBudget {
  readonly #objects: Objects
  readonly limit: number
  #used: Promise<number> | null = null
  /** Removes what can be removed until so many bytes more are free; returns how many are. */
  #makeRoom: (bytes: number) => Promise<number> = async () => 0
  #making: Promise<void> | null = null

  /** `limit`: bytes of all objects; `YESTERDAY_PROJECT_MIB` or 32 GiB if it is omitted. */
  constructor(objects: Objects, limit = limitFrom(process.env)) {
    this.#objects = objects
    this.limit = limit
  }

  onFull(makeRoom: (bytes: number) => Promise<number>): void {
    this.#makeRoom = makeRoom
  }

  /** Whether so many bytes more are within the budget; then they count as used. */
  async admit(size: number): Promise<boolean> {
    if (size > this.limit) return false
    if (await this.#take(size)) return true
    this.#making ??= this.#make(size).finally(() => {
      this.#making = null
    })
    await this.#making
    return this.#take(size)
  }

  async #take(size: number): Promise<boolean> {
    this.#used ??= sumOf(this.#objects)
    const used = await this.#used
    if (used + size > this.limit) return false
    this.#used = Promise.resolve(used + size)
    return true
  }

  /** More than is needed now: to look for what can go takes a while. */
  async #make(size: number): Promise<void> {
    const used = (await this.#used) ?? 0
    const freed = await this.#makeRoom(used + size - this.limit * AFTER).catch((error: unknown) => {
      logFault('removing values of old runs', error)
      return 0
    })
    if (freed > 0) this.#used = Promise.resolve(((await this.#used) ?? 0) - freed)
  }

  /** The limit. */
  get words(): string {
    return `${(this.limit / 1024 ** 3).toFixed(this.limit < 1024 ** 3 ? 2 : 0)} GiB`
  }

  get refusal(): string {
    return `${NOT_KEPT}: the history would exceed ${this.words} (YESTERDAY_PROJECT_MIB); what old runs alone need was removed already, yesterday gc frees more`
  }
}

/** pure. In bytes. */
export function limitFrom(env: Readonly<Record<string, string | undefined>>): number {
  const asked = Number(env.YESTERDAY_PROJECT_MIB)
  return (env.YESTERDAY_PROJECT_MIB && Number.isFinite(asked) && asked >= 0 ? asked : DEFAULT_MIB) * MIB
}

const budgets = new WeakMap<Objects, ValueBudget>()

/** The budget of the project with this store: all of its sessions share one. */
export function budgetOf(objects: Objects): ValueBudget {
  const known = budgets.get(objects) ?? new ValueBudget(objects)
  budgets.set(objects, known)
  return known
}

/** From now on the values of old runs make room for new ones in the project with this store. */
export function keepWithinBudget(store: EvictParts['store']): void {
  const budget = budgetOf(store.objects)
  const why = `to keep the history within ${budget.words}`
  const eviction = new Eviction({ store, now: () => new Date(), why })
  budget.onFull((bytes) => eviction.makeRoom(bytes))
}

async function sumOf(objects: Objects): Promise<number> {
  let sum = 0
  for await (const digest of objects.list()) sum += (await objects.size(digest)) ?? 0
  return sum
}
