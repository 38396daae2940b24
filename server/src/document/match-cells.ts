/** pure. Which cell of a changed file is which cell of before: by id where the file has them, else by what it says. */
import { diff } from 'lib0/diff/patience'
import type { CellForm } from './cell-form.ts'
import { isMadeId } from './cell-ids.ts'
import { hashText } from './ipynb-read.ts'
import { likeliestPairs } from './likeliest-pairs.ts'

/** The file's cells, each under the id of the cell before that it is; a cell that is none keeps its own id. */
export function matchCells(before: readonly CellForm[], file: readonly CellForm[]): CellForm[] {
  const known = new Set(before.map((cell) => cell.id))
  const taken = new Set(file.map((cell) => cell.id).filter((id) => known.has(id)))
  const lost = before.filter((cell) => !taken.has(cell.id))
  const fresh = file.filter((cell) => !known.has(cell.id))
  const places = new Map(file.map((cell, place) => [cell, place]))
  // A program that keeps no ids gives all cells new ones. Otherwise a cell with an unknown id is a new cell.
  const mayBeEdited = (cell: CellForm): boolean =>
    taken.size === 0 || isMadeId(cell, places.get(cell) ?? 0, hashText)
  const pairs = pairByContent(lost, fresh, mayBeEdited)
  return file.map((cell) => ({ ...cell, id: pairs.get(cell) ?? cell.id }))
}

/** Equal cells are anchors; between them, the cells that are most alike are paired, in order, where they may be edited ones. */
function pairByContent(
  before: readonly CellForm[],
  after: readonly CellForm[],
  mayBeEdited: (cell: CellForm) => boolean,
): Map<CellForm, string> {
  const pairs = new Map<CellForm, string>()
  const pair = (a: CellForm | undefined, b: CellForm | undefined): void => {
    if (a !== undefined && b !== undefined && a.type === b.type) pairs.set(b, a.id)
  }
  const pairEdited = (a: CellForm | undefined, b: CellForm | undefined): void => {
    if (b !== undefined && mayBeEdited(b)) pair(a, b)
  }
  let from = 0
  let to = 0
  for (const { index, remove, insert } of diff(before.map(contentKey), after.map(contentKey))) {
    while (from < index) pair(before[from++], after[to++])
    const [gone, come] = [before.slice(from, from + remove.length), after.slice(to, to + insert.length)]
    for (const [old, now] of likeliestPairs(gone, come)) pairEdited(old, now)
    from += remove.length
    to += insert.length
  }
  while (from < before.length && to < after.length) pair(before[from++], after[to++])
  return pairs
}

const contentKey = (cell: CellForm): string => `${cell.type}\n${cell.source}`
