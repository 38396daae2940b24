/** pure. The lines of a text, and which of them another text does not have at that place. */
import { diff } from 'lib0/diff/patience'

export interface ShownLine {
  readonly text: string
  readonly isChanged: boolean
}

/** `other` null: no line is marked. */
export function markedLines(text: string, other: string | null): readonly ShownLine[] {
  const lines = text.split('\n')
  const changed = new Set<number>()
  if (other !== null)
    for (const { index, remove } of diff(lines, other.split('\n')))
      for (let step = 0; step < remove.length; step++) changed.add(index + step)
  return lines.map((line, place) => ({ text: line, isChanged: changed.has(place) }))
}
