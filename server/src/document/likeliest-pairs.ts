/** pure. Which cell became which between two lists that share none: pairs of one type, in order, alike as far as can be. */
import type { CellForm } from './cell-form.ts'

type Pair = readonly [before: CellForm, after: CellForm]

/** More comparisons than this are not worth their time: then cells are paired by their places. */
const MAX_COMPARED = 2500
/** Characters of a source that are compared. */
const COMPARED_LENGTH = 2000
/** A cell that was rewritten is the cell at its place, where nothing is more alike. */
const SAME_TYPE = 0.05

/** At most one pair for each cell. */
export function likeliestPairs(before: readonly CellForm[], after: readonly CellForm[]): readonly Pair[] {
  if (before.length * after.length > MAX_COMPARED) {
    const shared = Math.min(before.length, after.length)
    return before.slice(0, shared).flatMap((cell, place) => pairOf(cell, after[place]))
  }
  return alignment(before, after, scores(before, after))
}

const pairOf = (a: CellForm | undefined, b: CellForm | undefined): Pair[] =>
  a === undefined || b === undefined ? [] : [[a, b]]

function scores(before: readonly CellForm[], after: readonly CellForm[]): readonly (readonly number[])[] {
  const [old, now] = [before.map(bigrams), after.map(bigrams)]
  return before.map((a, row) =>
    after.map((b, column) =>
      a.type === b.type ? SAME_TYPE + likeness(old[row] ?? new Map(), now[column] ?? new Map()) : 0,
    ),
  )
}

/** The best sum of scores of pairs that do not cross. */
function alignment(
  before: readonly CellForm[],
  after: readonly CellForm[],
  score: readonly (readonly number[])[],
): readonly Pair[] {
  const best = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  const at = (row: number, column: number): number => best[row]?.[column] ?? 0
  const paired = (row: number, column: number): number =>
    at(row + 1, column + 1) + (score[row]?.[column] ?? 0)
  for (let row = before.length - 1; row >= 0; row--)
    for (let column = after.length - 1; column >= 0; column--)
      best[row]?.splice(column, 1, Math.max(at(row + 1, column), at(row, column + 1), paired(row, column)))
  const pairs: Pair[] = []
  let [row, column] = [0, 0]
  while (row < before.length && column < after.length) {
    const isPair = (score[row]?.[column] ?? 0) > 0 && at(row, column) === paired(row, column)
    if (isPair) pairs.push(...pairOf(before[row++], after[column++]))
    else if (at(row, column) === at(row + 1, column)) row++
    else column++
  }
  return pairs
}

function bigrams({ source }: CellForm): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const text = source.slice(0, COMPARED_LENGTH)
  for (let place = 0; place < text.length - 1; place++) {
    const two = text.slice(place, place + 2)
    counts.set(two, (counts.get(two) ?? 0) + 1)
  }
  return counts
}

/** Dice's coefficient: 1 for equal texts, 0 for texts without a common pair of characters. */
function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  const size = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0)
  const total = size(a) + size(b)
  const shared = [...a].reduce((sum, [two, n]) => sum + Math.min(n, b.get(two) ?? 0), 0)
  return total === 0 ? 0 : (2 * shared) / total
}
