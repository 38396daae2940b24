/**
 * pure. Re-applying an edit as text onto a text that went on without it. Invariant: no character of `mine` that was
 * new is dropped, and none of `theirs` either.
 */

/** A replacement of `[start, end)` by `text`, in UTF-16 units. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The smallest single replacement that makes `after` of `before`, never splitting a surrogate pair; null when equal. */
export function editBetween(before: string, after: string): TextEdit | null {
  if (before === after) return null
  const shorter = Math.min(before.length, after.length)
  let start = 0
  while (start < shorter && before[start] === after[start]) start++
  if (isHigh(before, start - 1)) start--
  let tail = 0
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  if (isLow(before, before.length - tail)) tail--
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) }
}

/** The edit of `theirs` that brings the change from `base` to `mine` into it; null when there is nothing to do. */
export function mergeText(base: string, mine: string, theirs: string): TextEdit | null {
  const edit = editBetween(base, mine)
  if (edit === null || mine === theirs) return null
  const other = editBetween(base, theirs)
  if (other === null || edit.end <= other.start) return edit
  const shift = other.text.length - (other.end - other.start)
  if (edit.start >= other.end) return { start: edit.start + shift, end: edit.end + shift, text: edit.text }
  const place = other.start + other.text.length
  return { start: place, end: place, text: edit.text }
}

/** Applies an edit to a text. */
export const applyEdit = (text: string, edit: TextEdit): string =>
  text.slice(0, edit.start) + edit.text + text.slice(edit.end)

const isHigh = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xd800
const isLow = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00
