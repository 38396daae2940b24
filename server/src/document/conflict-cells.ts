/**
 * pure. Conflicts of a merge inside a notebook: our cells and theirs between marker cells, which are text cells with a tag,
 * so that the file opens in any program. Invariant: what is not a whole group of markers is left as it is.
 */
import { createHash } from 'node:crypto'
import type * as Y from 'yjs'
import { cellsOf, findCell, MARKER_TAG, MARKERS, type YCell } from '../../contract/document.ts'
import type { CellForm } from './cell-form.ts'
import { makeId } from './cell-ids.ts'
import { makeFormCell } from './document-form.ts'
import { hashText } from './ipynb-read.ts'

type MarkerKind = keyof typeof MARKERS
/** Metadata of the first marker: the source that both sides began with. */
const BASE_KEY = 'merge_base'

/** Cells that a merge could not decide, by their ids; a side that removed them has none. */
export interface MergeConflict {
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
  /** The source before both changes; null if it is not known. */
  readonly base: string | null
}

/** One group of markers. */
export interface ConflictGroup {
  /** Changes with whatever the group says, so that a choice never applies to other text. */
  readonly key: string
  /** Places of the first and of the last marker. */
  readonly start: number
  readonly end: number
  readonly ours: readonly CellForm[]
  readonly theirs: readonly CellForm[]
  readonly base: string | null
}

/** Puts markers around the cells of each conflict; theirs come directly below ours. To be called in a transaction. */
export function markConflicts(doc: Y.Doc, conflicts: readonly MergeConflict[]): void {
  const cells = cellsOf(doc)
  for (const { ours, theirs, base } of conflicts) {
    const order = [...ours, ...theirs].filter((id) => findCell(doc, id) !== null)
    const first = order[0]
    if (first === undefined) continue
    gather(doc, order)
    const start = findCell(doc, first)?.index ?? 0
    const middle = start + order.filter((id) => ours.includes(id)).length
    cells.insert(start + order.length, [marker('theirs', first)])
    cells.insert(middle, [marker('middle', first)])
    cells.insert(start, [marker('ours', first, base)])
  }
}

/** Moves the cells behind the first of them, in this order. A moved cell is a copy: Yjs cannot move a shared type. */
function gather(doc: Y.Doc, order: readonly string[]): void {
  const cells = cellsOf(doc)
  for (const [step, id] of order.slice(1).entries()) {
    const before = findCell(doc, order[step] ?? '')
    const found = findCell(doc, id)
    if (before === null || found === null || found.index === before.index + 1) continue
    const copy = found.cell.clone()
    cells.delete(found.index)
    cells.insert(found.index < before.index ? before.index : before.index + 1, [copy])
  }
}

function marker(kind: MarkerKind, of: string, base: string | null = null): YCell {
  return makeFormCell({
    id: makeId(`marker\n${kind}\n${of}`, new Set(), hashText),
    type: 'markdown',
    source: MARKERS[kind],
    metadata: { tags: [MARKER_TAG], ...(base === null ? {} : { [BASE_KEY]: base }) },
    attachments: null,
    outputs: null,
    executionCount: null,
  })
}

function markerKind({ metadata, source }: CellForm): MarkerKind | null {
  const { tags } = metadata
  if (!Array.isArray(tags) || !tags.includes(MARKER_TAG)) return null
  if (source === MARKERS.ours) return 'ours'
  if (source === MARKERS.middle) return 'middle'
  return source === MARKERS.theirs ? 'theirs' : null
}

/** The whole groups of a notebook, in order. */
export function conflictGroups(cells: readonly CellForm[]): readonly ConflictGroup[] {
  const groups: ConflictGroup[] = []
  let start: number | null = null
  let middle: number | null = null
  for (const [place, cell] of cells.entries()) {
    const kind = markerKind(cell)
    if (kind === 'ours') [start, middle] = [place, null]
    if (kind === 'middle' && start !== null && middle === null) middle = place
    else if (kind === 'middle') [start, middle] = [null, null]
    if (kind !== 'theirs') continue
    if (start !== null && middle !== null) groups.push(groupOf(cells, start, middle, place))
    ;[start, middle] = [null, null]
  }
  return groups
}

function groupOf(cells: readonly CellForm[], start: number, middle: number, end: number): ConflictGroup {
  const ours = cells.slice(start + 1, middle)
  const theirs = cells.slice(middle + 1, end)
  const base = cells[start]?.metadata[BASE_KEY]
  const key = createHash('sha256')
    .update(JSON.stringify([cells[start]?.id, ours, theirs]))
    .digest('hex')
  return { key: key.slice(0, 32), start, end, ours, theirs, base: typeof base === 'string' ? base : null }
}

/** The cells with each group replaced by its decision; groups without one stay. */
export function decided(
  cells: readonly CellForm[],
  decisions: ReadonlyMap<string, readonly CellForm[]>,
): readonly CellForm[] {
  let result = [...cells]
  for (const { key, start, end } of conflictGroups(cells).toReversed()) {
    const decision = decisions.get(key)
    if (decision !== undefined) result = result.toSpliced(start, end - start + 1, ...decision)
  }
  return result
}
