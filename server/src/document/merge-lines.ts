/** pure. Merges two changes of one text by lines. Invariant: what it gives holds all that either side changed. */
import { diff } from 'lib0/diff/patience'

/** Lines from `at` in the base, and what one side put in their place. */
interface Change {
  readonly at: number
  readonly removed: number
  readonly inserted: readonly string[]
}

/** Null where both sides changed the same or neighbouring lines, and not alike. */
export function mergeLines(base: string, ours: string, theirs: string): string | null {
  const lines = base.split('\n')
  const mine = changesOf(lines, ours)
  const others = changesOf(lines, theirs).filter((change) => !mine.some((one) => isAlike(one, change)))
  if (others.some((change) => mine.some((one) => meets(one, change)))) return null
  for (const { at, removed, inserted } of [...mine, ...others].sort((a, b) => b.at - a.at)) {
    lines.splice(at, removed, ...inserted)
  }
  return lines.join('\n')
}

const changesOf = (base: string[], text: string): Change[] =>
  diff(base, text.split('\n')).map(({ index, remove, insert }) => ({
    at: index,
    removed: remove.length,
    inserted: insert,
  }))

const isAlike = (a: Change, b: Change): boolean =>
  a.at === b.at &&
  a.removed === b.removed &&
  a.inserted.length === b.inserted.length &&
  a.inserted.every((line, index) => line === b.inserted[index])

/** Neighbours count: of two changes that touch, the order would be a guess. */
const meets = (a: Change, b: Change): boolean => a.at <= b.at + b.removed && b.at <= a.at + a.removed
