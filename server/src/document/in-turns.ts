/** Long work on the event loop, in short turns, so that others are served in between. */
import * as Y from 'yjs'

/** Longest turn, in ms, of work that can be divided. */
const TURN_MS = 12

/** Performs `work` for each item, and lets others have their turn after every 12 ms. */
export async function inTurns<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  let from = performance.now()
  for (const item of items) {
    work(item)
    if (performance.now() - from < TURN_MS) continue
    await new Promise((resolve) => setImmediate(resolve))
    from = performance.now()
  }
}

/** So many small updates are applied as one. */
const GROUP = 50

/** Applies updates to a document that no other code sees yet. */
export function applyInTurns(doc: Y.Doc, updates: readonly Uint8Array[], origin: unknown): Promise<void> {
  const groups = Array.from({ length: Math.ceil(updates.length / GROUP) }, (_, n) =>
    updates.slice(n * GROUP, (n + 1) * GROUP),
  )
  return inTurns(
    groups.flatMap((group) => (isSmall(group) ? [group] : group.map((update) => [update]))),
    (group) => {
      doc.transact(() => {
        for (const update of group) Y.applyUpdate(doc, update)
      }, origin)
    },
  )
}

const SMALL = 64 * 1024
const isSmall = (group: readonly Uint8Array[]): boolean =>
  group.reduce((sum, update) => sum + update.length, 0) <= SMALL
