/** pure. Two texts by lines. Invariant: `same` and `removed` lines are the first text, `same` and `added` the second. */
import { diff } from 'lib0/diff/patience'
import type { DiffLine } from '../../contract/past.ts'

export function diffLines(a: string, b: string): DiffLine[] {
  const [before, after] = [a.split('\n'), b.split('\n')]
  const lines: DiffLine[] = []
  let at = 0
  for (const { index, remove, insert } of diff(before, after)) {
    lines.push(...before.slice(at, index).map((text): DiffLine => ({ type: 'same', text })))
    lines.push(...remove.map((text): DiffLine => ({ type: 'removed', text })))
    lines.push(...insert.map((text): DiffLine => ({ type: 'added', text })))
    at = index + remove.length
  }
  lines.push(...before.slice(at).map((text): DiffLine => ({ type: 'same', text })))
  return lines
}
