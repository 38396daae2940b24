/** pure. Where a variable is defined, and where it is used, over all cells. */
import { type CellNames, cellNames, type Occurrence } from './occurrences.ts'

export interface NamedCell {
  readonly id: string
  readonly source: string
}

/** A place in a cell, UTF-16. */
export interface Place {
  readonly cell: string
  readonly from: number
  readonly to: number
}

export interface Reference extends Place {
  readonly binds: boolean
}

/** The variable at an offset, with all its places in the order of the notebook. */
export interface FoundVariable {
  readonly name: string
  readonly at: Occurrence
  readonly cell: string
  readonly references: readonly (Reference & Pick<Occurrence, 'writing'>)[]
}

/** All cells with their names. */
export type AllNames = readonly (NamedCell & { readonly names: CellNames })[]

export const allNames = (cells: readonly NamedCell[]): AllNames =>
  cells.map((cell) => ({ ...cell, names: cellNames(cell.source) }))

/** Null where there is no variable. */
export function variableAt(all: AllNames, cell: string, offset: number): FoundVariable | null {
  const own = all.find(({ id }) => id === cell)
  const at = own?.names.occurrences.find(({ from, to }) => from <= offset && offset <= to)
  if (own === undefined || at === undefined) return null
  const among = at.owner === null ? all : [own]
  const references = among.flatMap(({ id, names }) =>
    names.occurrences
      .filter((one) => one.name === at.name && one.owner === at.owner)
      .map(({ from, to, binds, writing }) => ({ cell: id, from, to, binds, writing })),
  )
  return { name: at.name, at, cell, references }
}

/**
 * The definition that counts for a use: the last one before it in its own cell, else the last one of the nearest cell above
 * that has one, else the first below. Null where the notebook defines no such name.
 */
export function definitionOf(all: AllNames, found: FoundVariable): Place | null {
  const order = new Map(all.map(({ id }, place) => [id, place]))
  const own = order.get(found.cell) ?? 0
  const placeOf = ({ cell }: Place): number => order.get(cell) ?? 0
  const binding = found.references.filter(({ binds }) => binds)
  const before = binding.filter(
    (one) => placeOf(one) < own || (placeOf(one) === own && one.from < found.at.from),
  )
  const inFunction = found.at.owner !== null
  const isSelf = binding.some((one) => one.cell === found.cell && one.from === found.at.from)
  // Of a local variable the first place is where it comes from.
  if (inFunction) return binding[0] ?? null
  return (
    before.at(-1) ??
    (isSelf ? found.references.find((one) => one.from === found.at.from && one.cell === found.cell) : null) ??
    binding[0] ??
    null
  )
}
