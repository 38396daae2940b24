/**
 * Asks before a place is left. A part of the page with unsaved content sets a guard; navigation waits for the
 * answer. Invariant: at most one guard, and the address bar shows the place that is on the screen.
 */

/** Answers whether the place can be left at once; else `leave` is called when the person agrees. */
export type Guard = (leave: () => void) => boolean

let guard: Guard | null = null

/** Guards the place until the answer is called. */
export function guardLeaving(ask: Guard): () => void {
  guard = ask
  return () => {
    if (guard === ask) guard = null
  }
}

/** Goes where `leave` leads, now or once the person agrees. */
export function whenLeft(leave: () => void): void {
  if (guard === null || guard(leave)) leave()
}

/** Whether the place must not be left without asking. `leave` is called when the person agrees. */
export const isGuarded = (leave: () => void): boolean => guard !== null && !guard(leave)
