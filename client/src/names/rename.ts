/**
 * pure. Renames a variable over all cells. Invariant: the result means the same, as far as syntax shows it; where that is
 * not certain, nothing is renamed and the reason is given.
 */
import type { AllNames, FoundVariable, Place } from './definition.ts'

/** Why a variable is not renamed; `cell` is where. */
export type RenameProblem =
  | 'notName'
  | 'same'
  | 'notDefined'
  | 'taken'
  | 'broken'
  | 'dotted'
  | 'attribute'
  | 'keyword'

export interface RenamePlan {
  readonly ok: true
  /** The new sources of the cells that change. */
  readonly sources: readonly { readonly id: string; readonly source: string }[]
  readonly places: readonly Place[]
  /** Words in strings, comments, magics and SQL that are the name, and stay as they are. */
  readonly unchanged: readonly Place[]
}
export type PlannedRename =
  | RenamePlan
  | { readonly ok: false; readonly why: RenameProblem; readonly cell: string | null }

const KEYWORDS = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import
in is lambda nonlocal not or pass raise return try while with yield`.split(/\s+/),
)
const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u

export const isNewName = (text: string): boolean =>
  text.length <= 200 && NAME.test(text) && !KEYWORDS.has(text)

export function planRename(all: AllNames, found: FoundVariable, next: string): PlannedRename {
  const refused = (why: RenameProblem, cell: string | null = null): PlannedRename => ({
    ok: false,
    why,
    cell,
  })
  const { name, at, references } = found
  if (!isNewName(next)) return refused('notName')
  if (next === name) return refused('same')
  if (!references.some(({ binds }) => binds)) return refused('notDefined')
  if (at.owner?.kind === 'class') return refused('attribute', found.cell)
  const dotted = references.find(({ writing }) => writing === 'dotted')
  if (dotted !== undefined) return refused('dotted', dotted.cell)
  const cells = at.owner === null ? all : all.filter(({ id }) => id === found.cell)
  const broken = cells.find(({ names, source }) => names.isBroken && mentions(source, name).length > 0)
  if (broken !== undefined) return refused('broken', broken.id)
  // A parameter is also named by those who call the function.
  const isParameter = references.some(({ writing }) => writing === 'parameter')
  const calling = isParameter ? all.find(({ names }) => names.keywords.has(name)) : undefined
  if (calling !== undefined) return refused('keyword', calling.id)
  const taken = cells.find(({ names }) => names.occurrences.some((one) => one.name === next))
  if (taken !== undefined) return refused('taken', taken.id)
  return planned(cells, found, next)
}

function planned(cells: AllNames, { name, references }: FoundVariable, next: string): RenamePlan {
  const sources: { readonly id: string; readonly source: string }[] = []
  const unchanged: Place[] = []
  for (const { id, source, names } of cells) {
    const own = references.filter(({ cell }) => cell === id).toSorted((a, b) => a.from - b.from)
    const read = new Set(names.occurrences.map(({ from }) => from))
    for (const from of mentions(source, name))
      if (!read.has(from) && !isPart(source, from, name, names.keywords))
        unchanged.push({ cell: id, from, to: from + name.length })
    if (own.length === 0) continue
    let text = ''
    let end = 0
    for (const { from, to, writing } of own) {
      const alias = writing === 'from' || writing === 'import' ? `${name} as ${next}` : next
      text += source.slice(end, from) + alias
      end = to
    }
    sources.push({ id, source: text + source.slice(end) })
  }
  return { ok: true, sources, places: references, unchanged }
}

/** Where the name is written as a whole word. */
function mentions(source: string, name: string): readonly number[] {
  const word = new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, 'gu')
  return [...source.matchAll(word)].map(({ index }) => index)
}

/** An attribute (`a.name`) or an argument's name (`f(name=…)`): no variable, and no mention of one. */
function isPart(source: string, from: number, name: string, keywords: ReadonlySet<string>): boolean {
  if (/\.\s*$/.test(source.slice(Math.max(0, from - 20), from))) return true
  return keywords.has(name) && /^\s*=(?!=)/.test(source.slice(from + name.length, from + name.length + 20))
}
