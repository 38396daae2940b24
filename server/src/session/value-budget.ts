/**
 * How much a project stores. Invariant: a value that would exceed the budget is not stored, and its receipt says so; what
 * is stored stays until a person asks for `yesterday gc`.
 */
import { NOT_KEPT } from '../store/late-content.ts'
import type { ObjectStore } from '../store/ports.ts'

const MIB = 1024 * 1024
const DEFAULT_MIB = 32 * 1024

type Objects = Pick<ObjectStore, 'list' | 'size'>

export class ValueBudget {
  readonly #objects: Objects
  readonly limit: number
  #used: Promise<number> | null = null

  /** `limit`: bytes of all objects; `YESTERDAY_PROJECT_MIB` or 32 GiB if it is omitted. */
  constructor(objects: Objects, limit = limitFrom(process.env)) {
    this.#objects = objects
    this.limit = limit
  }

  /** Whether so many bytes more are within the budget; then they count as used. */
  async admit(size: number): Promise<boolean> {
    this.#used ??= sumOf(this.#objects)
    const used = await this.#used
    if (used + size > this.limit) return false
    this.#used = Promise.resolve(used + size)
    return true
  }

  get refusal(): string {
    const gib = (this.limit / 1024 ** 3).toFixed(this.limit < 1024 ** 3 ? 2 : 0)
    return `${NOT_KEPT}: the history would exceed ${gib} GiB (YESTERDAY_PROJECT_MIB); yesterday gc frees space`
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

async function sumOf(objects: Objects): Promise<number> {
  let sum = 0
  for await (const digest of objects.list()) sum += (await objects.size(digest)) ?? 0
  return sum
}
