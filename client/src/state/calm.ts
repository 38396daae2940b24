/**
 * A view of a watched thing without its flicker: a short run would else paint "runs", its empty outputs and "idle" in
 * frames of their own, and move the page twice. Invariant: what is shown is never more than `CALM_MS` behind.
 */
import type { Observable } from './observable.ts'

/** Below this a change reads as part of the next one. */
export const CALM_MS = 100

/**
 * Shows `source`; a value that `isPassing`, given the one shown, is shown when nothing else has come within `CALM_MS`.
 */
export function calm<T>(source: Observable<T>, isPassing: (shown: T, now: T) => boolean): Observable<T> {
  const listeners = new Set<() => void>()
  let shown = source.get()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = (): void => undefined
  const show = (): void => {
    clearTimeout(timer)
    timer = undefined
    const now = source.get()
    if (Object.is(now, shown)) return
    shown = now
    for (const listener of [...listeners]) listener()
  }
  const follow = (): void => {
    if (isPassing(shown, source.get())) timer ??= setTimeout(show, CALM_MS)
    else show()
  }
  return {
    get: () => (listeners.size === 0 ? source.get() : shown),
    subscribe: (listener) => {
      if (listeners.size === 0) {
        shown = source.get()
        stop = source.subscribe(follow)
      }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearTimeout(timer)
        timer = undefined
        stop()
      }
    },
  }
}
