/**
 * pure. A value that can be watched: the one form in which rooms, sessions and the selection show their state to
 * React (`useSyncExternalStore`) and to tests. Invariant: listeners are called after the value has changed, and only
 * if it differs.
 */

/** The reading side. */
export interface Observable<T> {
  get(): T
  /** Calls `listener` at each change; returns the way to stop. */
  subscribe(listener: () => void): () => void
}

/** The writing side. */
export class Watched<T> implements Observable<T> {
  #value: T
  readonly #listeners = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  // Arrow functions, since React takes them without their object.
  readonly get = (): T => this.#value

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Events for listeners. */
export class Signal<T> {
  readonly #listeners = new Set<(value: T) => void>()

  readonly listen = (listener: (value: T) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value)
  }
}
