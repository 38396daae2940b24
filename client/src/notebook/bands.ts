/**
 * The cells of a notebook in bands. What a browser spends on a frame grows with the things that it may have to draw;
 * it draws or skips a band as one, so a notebook of a thousand cells costs what its few bands in view cost. Invariant:
 * the bands hold the order, each cell once, at most `LONGEST` cells a band. React re-creates a cell that changes
 * its band, so as few as possible do.
 */

export interface Band {
  readonly key: number
  readonly cells: readonly string[]
}

const LENGTH = 12
// Where cells are written one after another; a band is divided seldom, since frames in outputs are reloaded then.
const LONGEST = 5 * LENGTH

/**
 * The bands of an order of cells, given those of the order before. Cells that others were moved past stay where they
 * are; the one with the focus also where its band is divided.
 */
export function bandsOf(
  order: readonly string[],
  before: readonly Band[],
  focus: string | null,
): readonly Band[] {
  const staying = stayingCells(order, before)
  let nextKey = before.reduce((most, { key }) => Math.max(most, key + 1), 0)
  const drafts: { key: number; cells: string[] }[] = []
  for (const id of order) {
    const key = staying.get(id)
    let last = drafts.at(-1)
    const isNew = key === undefined && before.length === 0 && (last?.cells.length ?? LENGTH) >= LENGTH
    if (last === undefined || isNew || (key !== undefined && key !== last.key)) {
      last = { key: key ?? nextKey++, cells: [] }
      drafts.push(last)
    }
    last.cells.push(id)
  }
  return drafts.flatMap(({ key, cells }) => {
    if (cells.length <= LONGEST) return [kept({ key, cells }, before)]
    const parts = Array.from({ length: Math.ceil(cells.length / LENGTH) }, (_, n) =>
      cells.slice(n * LENGTH, (n + 1) * LENGTH),
    )
    const home = Math.max(
      0,
      parts.findIndex((part) => focus !== null && part.includes(focus)),
    )
    return parts.map((part, n) => ({ key: n === home ? key : nextKey++, cells: part }))
  })
}

/** The place of each band's first cell, from 0. */
export function startsOf(bands: readonly Band[]): ReadonlyMap<Band, number> {
  const starts = new Map<Band, number>()
  let start = 0
  for (const band of bands) {
    starts.set(band, start)
    start += band.cells.length
  }
  return starts
}

/** The same object for the same band, so that nothing is drawn for it. */
function kept(band: Band, before: readonly Band[]): Band {
  const same = before.find(({ key }) => key === band.key)
  const isSame =
    same?.cells.length === band.cells.length && same.cells.every((id, place) => band.cells[place] === id)
  return same !== undefined && isSame ? same : band
}

/** The bands of the cells in a longest run that is in order before and after. */
function stayingCells(order: readonly string[], before: readonly Band[]): ReadonlyMap<string, number> {
  const places = new Map<string, { readonly key: number; readonly place: number }>()
  for (const { key, cells } of before) for (const id of cells) places.set(id, { key, place: places.size })
  const known = order.flatMap((id) => {
    const found = places.get(id)
    return found === undefined ? [] : [{ id, ...found }]
  })
  return new Map(longestRising(known, ({ place }) => place).map(({ id, key }) => [id, key]))
}

/** A longest part of the items, in their order, whose ranks rise: patience sorting. */
function longestRising<T>(items: readonly T[], rankOf: (item: T) => number): readonly T[] {
  interface Link {
    readonly item: T
    readonly rank: number
    readonly previous: Link | undefined
  }
  const tails: Link[] = []
  for (const item of items) {
    const rank = rankOf(item)
    let [low, high] = [0, tails.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((tails[middle]?.rank ?? 0) < rank) low = middle + 1
      else high = middle
    }
    tails[low] = { item, rank, previous: tails[low - 1] }
  }
  const run: T[] = []
  for (let link = tails.at(-1); link !== undefined; link = link.previous) run.push(link.item)
  return run.reverse()
}
