/** State that the server is asked for while something watches it and the page is visible, and not otherwise. */
import type { Observable } from './observable.ts'

/** `ask` brings the newest into `state`; it is asked again so many ms after each answer. It must not reject. */
export function askedWhileShown<T>(
  state: Observable<T>,
  ask: () => Promise<void>,
  everyMs: number,
): Observable<T> {
  let watchers = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const askAndWait = async (): Promise<void> => {
    clearTimeout(timer)
    await ask()
    clearTimeout(timer)
    if (watchers > 0 && document.visibilityState === 'visible')
      timer = setTimeout(() => void askAndWait(), everyMs)
  }
  const onVisible = (): void => {
    clearTimeout(timer)
    if (document.visibilityState === 'visible') void askAndWait()
  }
  const begin = (): void => {
    document.addEventListener('visibilitychange', onVisible)
    void askAndWait()
  }
  const end = (): void => {
    document.removeEventListener('visibilitychange', onVisible)
    clearTimeout(timer)
  }

  return {
    get: state.get,
    subscribe: (listener) => {
      const stop = state.subscribe(listener)
      if (watchers++ === 0) begin()
      return () => {
        stop()
        if (--watchers === 0) end()
      }
    },
  }
}
