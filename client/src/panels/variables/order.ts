/** pure. Which variables the panel shows, and in which order. */
import type { Variable } from '@yesterday/server/contract/variables.ts'

export const SORTS = ['name', 'type', 'size', 'written'] as const
export type Sort = (typeof SORTS)[number]

export interface Choice {
  readonly sort: Sort
  readonly descending: boolean
  /** In the name, the type or the preview, whatever the case. */
  readonly text: string
  /** Functions, classes and modules too. */
  readonly all: boolean
}

/** Those that the choice leaves, pinned ones first. `placeOf`: a cell's place in the notebook. */
export function chosen(
  variables: Iterable<Variable>,
  pinned: ReadonlySet<string>,
  { sort, descending, text, all }: Choice,
  placeOf: (cell: string) => number | null,
): readonly Variable[] {
  const wanted = text.trim().toLowerCase()
  const found = [...variables].filter(
    (one) => (all || one.group === 'value' || pinned.has(one.name)) && matches(one, wanted),
  )
  const compare = comparisons[sort](placeOf)
  const sign = descending ? -1 : 1
  return found.sort(
    (one, two) =>
      Number(pinned.has(two.name)) - Number(pinned.has(one.name)) ||
      sign * compare(one, two) ||
      byName(one, two),
  )
}

type Compare = (one: Variable, two: Variable) => number

const collator = new Intl.Collator(undefined, { numeric: true })
const byName: Compare = (one, two) => collator.compare(one.name, two.name)
const comparisons: Readonly<Record<Sort, (placeOf: (cell: string) => number | null) => Compare>> = {
  name: () => byName,
  type: () => (one, two) => collator.compare(one.type, two.type),
  size: () => (one, two) => (one.size ?? -1) - (two.size ?? -1),
  written: (placeOf) => {
    const place = ({ cell }: Variable): number => (cell === null ? 0 : (placeOf(cell) ?? 0))
    return (one, two) => place(one) - place(two)
  },
}

const matches = ({ name, type, preview = '' }: Variable, wanted: string): boolean =>
  wanted === '' || [name, type, preview].some((text) => text.toLowerCase().includes(wanted))
