/**
 * pure. Ids for cells that have none of their own. Invariant: the same file gives the same ids again, no two cells
 * of a notebook share one, and an id that a file may keep is kept.
 */
import { CellId } from '../../contract/ids.ts'

/** Text to hex digits, at least 12 of them; SHA-256 in the product. */
export type Hash = (text: string) => string

/** An id for each cell in order: the file's own where it is valid and the first of its name, else one made. */
export function assignCellIds(
  cells: readonly { readonly id: unknown; readonly type: string; readonly source: string }[],
  hash: Hash,
): string[] {
  const taken = new Set<string>()
  const own = cells.map((cell) => claim(cell.id, taken))
  return own.map((id, place) => id ?? makeId(seedOf(cells[place], place), taken, hash))
}

type Seed = { readonly type: string; readonly source: string }
const seedOf = (cell: Seed | undefined, place: number): string => `${place}\n${cell?.type}\n${cell?.source}`

/** Whether the cell at `place` has no id in its file: its id was derived from its source. */
export const isMadeId = (cell: Seed & { readonly id: string }, place: number, hash: Hash): boolean =>
  makeId(seedOf(cell, place), new Set(), hash) === cell.id

/** An id that is not among those taken, made from a seed; it is then taken. */
export function makeId(seed: string, taken: Set<string>, hash: Hash): string {
  for (let attempt = 0; ; attempt++) {
    const id = hash(`${attempt}\n${seed}`).slice(0, 12)
    if (taken.has(id)) continue
    taken.add(id)
    return id
  }
}

function claim(id: unknown, taken: Set<string>): string | null {
  const parsed = CellId.safeParse(id)
  if (!parsed.success || taken.has(parsed.data)) return null
  taken.add(parsed.data)
  return parsed.data
}
