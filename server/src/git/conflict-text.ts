/** pure. A text with git's conflict markers as its versions. https://git-scm.com/docs/git-merge#_how_conflicts_are_presented */

export interface ConflictTexts {
  readonly ours: string
  readonly theirs: string
  /** Null unless every conflict shows the base (`merge.conflictStyle` diff3 or zdiff3). */
  readonly base: string | null
}

type Part = 'common' | 'ours' | 'base' | 'theirs'
const MARKER = /^([<|=>])\1{6,}(?: .*)?\r?\n?$/
type Step = readonly [from: readonly Part[], to: Part]
const NEXT: Readonly<Record<string, Step>> = {
  '<': [['common'], 'ours'],
  '|': [['ours'], 'base'],
  '=': [['ours', 'base'], 'theirs'],
  '>': [['theirs'], 'common'],
}

/** Null for a text without conflicts, or with markers out of order. */
export function splitConflicts(text: string): ConflictTexts | null {
  const sides = { ours: '', base: '', theirs: '' }
  let part: Part = 'common'
  let [conflicts, bases, size] = [0, 0, 0]
  for (const line of text.split(/(?<=\n)/)) {
    const found = markerOf(line)
    // A base that has conflicts itself has longer markers.
    const isOurs: boolean = found !== null && (part === 'common' || found.size === size)
    const step: Step | undefined = isOurs ? NEXT[found?.sign ?? ''] : undefined
    if (found === null || step === undefined) {
      if (part === 'common') for (const side of ['ours', 'base', 'theirs'] as const) sides[side] += line
      else sides[part] += line
      continue
    }
    if (!step[0].includes(part)) return null
    part = step[1]
    if (part === 'ours') [conflicts, size] = [conflicts + 1, found.size]
    if (part === 'base') bases++
  }
  if (part !== 'common' || conflicts === 0) return null
  return { ...sides, base: bases === conflicts ? sides.base : null }
}

function markerOf(line: string): { readonly sign: string; readonly size: number } | null {
  const sign = MARKER.exec(line)?.[1]
  if (sign === undefined) return null
  return { sign, size: line.length - line.replace(new RegExp(`^[${sign}]+`), '').length }
}
