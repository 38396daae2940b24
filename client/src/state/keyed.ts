/**
 * pure. Values by key that can be watched one by one: a thousand cells that each watch their own entry cost nothing
 * when another's changes. Invariant: a listener is called after its key's value has changed, and only then.
 */
import type { Observable } from './observable.ts'

/** The reading side. */
export interface KeyedObservable<V> {
  get(key: string): V | undefined
  /** Calls `listener` at each change of the key's value; returns the way to stop. */
  subscribe(key: string, listener: () => void): () => void
}

type Same<V> = (one: V, other: V) => boolean

export class Keyed<V> implements KeyedObservable<V> {
  #values = new Map<string, V>()
  readonly #same: Same<V>
  readonly #listeners = new Map<string, Set<() => void>>()

  /** Values that are `same` are kept as they are. */
  constructor(same: Same<V> = Object.is) {
    this.#same = same
  }

  get(key: string): V | undefined {
    return this.#values.get(key)
  }

  subscribe(key: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(key)
    }
  }

  /** Takes these values in place of all former ones. */
  set(values: ReadonlyMap<string, V>): void {
    const before = this.#values
    const entries = [...values].map(([key, value]) => [key, this.#keep(before.get(key), value)] as const)
    this.#values = new Map(entries)
    const changed = entries.filter(([key, value]) => !Object.is(before.get(key), value)).map(([key]) => key)
    const gone = [...before.keys()].filter((key) => !values.has(key))
    for (const key of [...changed, ...gone]) this.#notify(key)
  }

  /** Takes one value. */
  put(key: string, value: V): void {
    const before = this.#values.get(key)
    if (before !== undefined && this.#same(before, value)) return
    this.#values.set(key, value)
    this.#notify(key)
  }

  #keep(before: V | undefined, value: V): V {
    return before !== undefined && this.#same(before, value) ? before : value
  }

  #notify(key: string): void {
    for (const listener of [...(this.#listeners.get(key) ?? [])]) listener()
  }
}

/** Values that follow a watched thing. */
export function keyedBy<T, V>(
  source: Observable<T>,
  values: (value: T) => ReadonlyMap<string, V>,
  same?: Same<V>,
): KeyedObservable<V> {
  const keyed = new Keyed<V>(same)
  const follow = (): void => keyed.set(values(source.get()))
  source.subscribe(follow)
  follow()
  return keyed
}
