/**
 * pure. Where typing is cut into steps of undo, as editors do it: at the space before a word, at a new line, and wherever
 * the person does something else than go on typing or deleting at the same place.
 */

/** One change of a cell's source, in UTF-16 units. */
export interface TextEdit {
  readonly cell: string
  readonly offset: number
  readonly removed: number
  readonly inserted: string
}

/** Whether a change begins a step of its own after the one before it. */
export function beginsStep(last: TextEdit | null, next: TextEdit): boolean {
  if (last === null || last.cell !== next.cell || kindOf(last) !== kindOf(next)) return true
  if (kindOf(next) === 'deleting') return !isAdjacent(last, next)
  if (!continues(last, next) || next.inserted.includes('\n')) return true
  return isSpace(next.inserted) && !isSpace(last.inserted)
}

const kindOf = ({ inserted }: TextEdit): 'typing' | 'deleting' => (inserted === '' ? 'deleting' : 'typing')
const isSpace = (text: string): boolean => /^\s+$/u.test(text)

/** Backspace goes to the left, Delete stays. */
const isAdjacent = (last: TextEdit, next: TextEdit): boolean =>
  next.offset + next.removed === last.offset || next.offset === last.offset

/**
 * Whether it is typed behind what was typed last, inside it (an editor closes brackets by itself), or replaces some of it
 * (an input method composes).
 */
function continues(last: TextEdit, next: TextEdit): boolean {
  const end = last.offset + last.inserted.length
  return (
    next.offset >= last.offset &&
    next.offset <= end &&
    next.offset + next.removed <= end &&
    next.inserted.length <= LONGEST
  )
}

/** A longer insertion is a paste, which is a step of its own. */
const LONGEST = 40
