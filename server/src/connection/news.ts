/** A request that waits for news: it is answered when something changed, or after a time. */

/** Settles when one of `waiting` is called, which each change does, or after `waitMs`. */
export function untilNews(waiting: Set<() => void>, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, waitMs)
    function done(): void {
      clearTimeout(timer)
      waiting.delete(done)
      resolve()
    }
    waiting.add(done)
  })
}
