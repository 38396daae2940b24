/** Changes a text by the fewest lines, and within them by what lies between common beginning and end, so that carets stay. */
import { diff } from 'lib0/diff/patience'
import type * as Y from 'yjs'

/** Makes `text`, which says `from`, say `to`. To be called in a transaction. */
export function changeText(text: Y.Text, from: string, to: string): void {
  const lines = from.split(/(?<=\n)/)
  const offsets = [0]
  for (const line of lines) offsets.push((offsets.at(-1) ?? 0) + line.length)
  const changes = diff(lines, to.split(/(?<=\n)/))
  for (const { index, remove, insert } of changes.toReversed()) {
    replaceRange(text, offsets[index] ?? from.length, remove.join(''), insert.join(''))
  }
}

function replaceRange(text: Y.Text, offset: number, removed: string, inserted: string): void {
  const most = Math.min(removed.length, inserted.length)
  let head = 0
  while (head < most && removed[head] === inserted[head]) head++
  let tail = 0
  while (tail < most - head && removed.at(-1 - tail) === inserted.at(-1 - tail)) tail++
  if (removed.length > head + tail) text.delete(offset + head, removed.length - head - tail)
  if (inserted.length > head + tail) text.insert(offset + head, inserted.slice(head, inserted.length - tail))
}
