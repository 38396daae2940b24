/** pure. What of a notebook's threads is shown, to whom, and how many. */
import type { Comment, Thread } from '@yesterday/server/contract/comments.ts'

export const FILTERS = ['open', 'resolved', 'mine', 'mentions'] as const
/** `mine`: threads in which the person wrote; `mentions`: threads in which the person is mentioned. */
export type ThreadFilter = (typeof FILTERS)[number]

/** The numbers of the last comments read, by thread. */
export type ReadMarks = Readonly<Record<string, number>>

export const written = ({ comments }: Thread): readonly Comment[] =>
  comments.filter(({ deleted }) => !deleted)

export const isAbout = (thread: Thread, filter: ThreadFilter, person: string): boolean => {
  if (filter === 'open') return thread.resolved === null
  if (filter === 'resolved') return thread.resolved !== null
  if (filter === 'mine') return written(thread).some(({ author }) => author.id === person)
  return written(thread).some(({ mentions }) => mentions.some(({ id }) => id === person))
}

/** Comments of others that the person has not read. */
export const unreadIn = (thread: Thread, read: ReadMarks, person: string): readonly Comment[] =>
  written(thread).filter(({ number, author }) => number > (read[thread.id] ?? 0) && author.id !== person)

/** The number that marks all of a thread as read. */
export const lastNumber = ({ comments }: Thread): number => comments.at(-1)?.number ?? 0

/** The cell that a thread is about; null for a run whose cell is unknown. */
export const cellOf = ({ anchor }: Thread): string | null => anchor.cell

/** What a cell shows of its open threads. */
export interface CellComments {
  readonly threads: number
  readonly unread: number
}

export const sameCount = (one: CellComments, other: CellComments): boolean =>
  one.threads === other.threads && one.unread === other.unread

export function byCell(
  threads: Iterable<Thread>,
  read: ReadMarks,
  person: string,
): ReadonlyMap<string, CellComments> {
  const counts = new Map<string, CellComments>()
  for (const thread of threads) {
    const cell = cellOf(thread)
    if (cell === null || thread.resolved !== null) continue
    const { threads, unread } = counts.get(cell) ?? { threads: 0, unread: 0 }
    const more = unreadIn(thread, read, person).length
    counts.set(cell, { threads: threads + 1, unread: unread + more })
  }
  return counts
}

/** Threads in the order of the notebook; those of deleted cells come last, in the order in which they began. */
export function inOrder(threads: Iterable<Thread>, order: readonly string[]): readonly Thread[] {
  const places = new Map(order.map((id, place) => [id, place]))
  const placeOf = (thread: Thread): number => places.get(cellOf(thread) ?? '') ?? order.length
  return [...threads].toSorted(
    (one, other) =>
      placeOf(one) - placeOf(other) || (one.comments[0]?.number ?? 0) - (other.comments[0]?.number ?? 0),
  )
}

/** The mention that is being written before the caret: what follows its `@`, and where that begins. */
export function mentionBefore(
  text: string,
  caret: number,
): { readonly start: number; readonly words: string } | null {
  const found = /(?:^|[^\p{L}\p{N}_])@([\p{L}\p{N}_. -]{0,40})$/u.exec(text.slice(0, caret))
  const words = found?.[1]
  return words === undefined || words.startsWith(' ') ? null : { start: caret - words.length, words }
}
