/**
 * Three versions of a notebook merged cell by cell, as git asks for it. Invariant: no source of either side is lost. A cell
 * that both sides changed in the same lines is kept twice, between marker cells.
 */
import * as Y from 'yjs'
import { type CellForm, type NotebookForm, sameContent, sameOutputs } from '../document/cell-form.ts'
import { type MergeConflict, markConflicts } from '../document/conflict-cells.ts'
import { defineRoots, readForm, seedDocument } from '../document/document-form.ts'
import { matchCells } from '../document/match-cells.ts'
import { mergeFile } from '../document/merge.ts'
import { mergeMembers } from '../document/merge-members.ts'

export interface MergedNotebook {
  readonly form: NotebookForm
  /** For a person: what has to be looked at. Empty if all was merged. */
  readonly conflicts: readonly string[]
  /** For a person: where both sides differ in what a run makes again, and ours was taken. */
  readonly notes: readonly string[]
}

/** Without a base (null), each cell that differs or that only one side has is a conflict. */
export function mergeNotebooks(
  base: NotebookForm | null,
  ours: NotebookForm,
  theirs: NotebookForm,
): MergedNotebook {
  const own = { ...ours, cells: base === null ? ours.cells : matchCells(base.cells, ours.cells) }
  const doc = new Y.Doc()
  defineRoots(doc)
  doc.transact(() => seedDocument(doc, own))
  const { file: other, conflicts } = mergeFile(doc, base, aligned(base, own, theirs))
  const oneSided = base === null ? inOneSide(own, other) : keptAgainstRemoval(base, own, other)
  const rewritten = base === null ? [] : rewrittenOnBothSides(base, own, other)
  const places = new Map(readForm(doc).cells.map(({ id }, place) => [id, place + 1]))
  doc.transact(() => markConflicts(doc, [...conflicts, ...oneSided, ...rewritten]))
  const merged = readForm(doc)
  return {
    form: {
      ...merged,
      nbformat: ours.nbformat,
      minor: Math.max(ours.minor, theirs.minor),
      metadata: mergeMembers(base?.metadata ?? {}, ours.metadata, theirs.metadata).merged,
      cells: merged.cells.map((cell) => withOutputs(cell, own, other)),
    },
    conflicts: [
      ...conflicts.map(
        ({ ours: [id] }) => `cell ${places.get(id ?? '')} was changed on both sides; both are kept`,
      ),
      ...rewritten.map(
        ({ ours: [id] }) => `cells at ${places.get(id ?? '')} were rewritten on both sides; both are kept`,
      ),
      ...oneSided.map((conflict) => oneSidedWords(base, conflict)),
    ],
    notes: base === null ? [] : takenFromOurs(base, own, other, places),
  }
}

/** Outputs of one side fit the source of that side alone. A source of both sides has none. */
function withOutputs(cell: CellForm, ours: NotebookForm, theirs: NotebookForm): CellForm {
  const [own, other] = [find(ours, cell.id), find(theirs, cell.id)]
  if (cell.outputs === null || own === undefined || other === undefined) return cell
  if (cell.source === own.source) return cell
  if (cell.source !== other.source) return { ...cell, outputs: [], executionCount: null }
  if (other.outputs !== null && sameOutputs(cell.outputs, other.outputs)) return cell
  return { ...cell, outputs: other.outputs, executionCount: other.executionCount }
}

const find = ({ cells }: NotebookForm, id: string): CellForm | undefined =>
  cells.find((cell) => cell.id === id)

/** Cells that one side removed and the other changed: they are kept as they were changed. */
function keptAgainstRemoval(
  base: NotebookForm,
  ours: NotebookForm,
  theirs: NotebookForm,
): readonly MergeConflict[] {
  return base.cells.flatMap((cell) => {
    const [own, other] = [find(ours, cell.id), find(theirs, cell.id)]
    const isRemovedHere = own === undefined && other !== undefined && !sameContent(cell, other)
    const isRemovedThere = other === undefined && own !== undefined && !sameContent(cell, own)
    if (!isRemovedHere && !isRemovedThere) return []
    return [{ ours: idsOf(own), theirs: idsOf(other), base: cell.source }]
  })
}

const idsOf = (cell: CellForm | undefined): readonly string[] => (cell === undefined ? [] : [cell.id])

/** Where both sides removed cells at one place and wrote others there: new ids do not make that two changes. */
function rewrittenOnBothSides(
  base: NotebookForm,
  ours: NotebookForm,
  theirs: NotebookForm,
): readonly MergeConflict[] {
  const isShared = ({ id }: CellForm): boolean =>
    find(ours, id) !== undefined && find(theirs, id) !== undefined
  const added = (side: NotebookForm, gap: readonly CellForm[]): readonly CellForm[] =>
    gap.filter(({ id }) => find(base, id) === undefined && find(side, id) === undefined)
  const [left, right] = [gapsOf(ours.cells, isShared), gapsOf(theirs.cells, isShared)]
  return [...gapsOf(base.cells, isShared)].flatMap(([anchor, gap]) => {
    const own = added(theirs, left.get(anchor) ?? [])
    const other = added(ours, right.get(anchor) ?? [])
    const removed = gap.filter(({ id }) => find(ours, id) === undefined && find(theirs, id) === undefined)
    if (removed.length === 0 || own.length === 0 || other.length === 0) return []
    const source = removed.map((cell) => cell.source).join('\n\n')
    return [{ ours: own.flatMap(idsOf), theirs: other.flatMap(idsOf), base: source }]
  })
}

/** The cells behind each shared cell, by its id; those at the beginning by ''. */
function gapsOf(
  cells: readonly CellForm[],
  isShared: (cell: CellForm) => boolean,
): ReadonlyMap<string, readonly CellForm[]> {
  const gaps = new Map<string, CellForm[]>([['', []]])
  let anchor = ''
  for (const cell of cells) {
    if (!isShared(cell)) {
      gaps.get(anchor)?.push(cell)
      continue
    }
    anchor = cell.id
    gaps.set(anchor, [])
  }
  return gaps
}

const inOneSide = (ours: NotebookForm, theirs: NotebookForm): readonly MergeConflict[] => [
  ...ours.cells
    .filter(({ id }) => find(theirs, id) === undefined)
    .map(({ id }) => ({ ours: [id], theirs: [], base: null })),
  ...theirs.cells
    .filter(({ id }) => find(ours, id) === undefined)
    .map(({ id }) => ({ ours: [], theirs: [id], base: null })),
]

function oneSidedWords(base: NotebookForm | null, { ours, theirs }: MergeConflict): string {
  const cell = ours[0] ?? theirs[0]
  if (base === null) return `cell ${cell} is on ${ours.length === 0 ? 'their' : 'our'} side alone; it is kept`
  if (ours.length === 0) return `cell ${cell} was removed here and changed there; it is kept`
  return `cell ${cell} was changed here and removed there; it is kept`
}

/**
 * Theirs, where a cell that both sides added alike has the id that it has in ours, so that it is not there twice. Of a
 * notebook that both sides added, cells are matched with ours.
 */
function aligned(base: NotebookForm | null, ours: NotebookForm, theirs: NotebookForm): NotebookForm {
  const hasBase = base !== null && base.cells.length > 0
  const cells = matchCells(hasBase ? base.cells : ours.cells, theirs.cells)
  const isNew = ({ id }: CellForm): boolean => base === null || find(base, id) === undefined
  const added = ours.cells.filter((cell) => isNew(cell) && cells.every(({ id }) => id !== cell.id))
  return {
    ...theirs,
    cells: cells.map((cell) => {
      if (!isNew(cell) || find(ours, cell.id) !== undefined) return cell
      const place = added.findIndex(({ type, source }) => type === cell.type && source === cell.source)
      return place < 0 ? cell : { ...cell, id: added.splice(place, 1)[0]?.id ?? cell.id }
    }),
  }
}

function takenFromOurs(
  base: NotebookForm,
  ours: NotebookForm,
  theirs: NotebookForm,
  places: ReadonlyMap<string, number>,
): readonly string[] {
  const cells = base.cells.flatMap((cell) => {
    const [own, other] = [find(ours, cell.id), find(theirs, cell.id)]
    if (own === undefined || other === undefined || own.source !== other.source) return []
    const place = `cell ${places.get(cell.id)}`
    const { contested } = mergeMembers(cell.metadata, own.metadata, other.metadata)
    return [
      ...(bothRan(cell, own, other) ? [`${place} ran on both sides; our outputs are kept`] : []),
      ...contested.map((name) => `${place}: metadata "${name}" changed on both sides; ours is kept`),
    ]
  })
  const { contested } = mergeMembers(base.metadata, ours.metadata, theirs.metadata)
  return [
    ...cells,
    ...contested.map((name) => `metadata "${name}" of the notebook changed on both sides; ours is kept`),
  ]
}

const bothRan = (base: CellForm, ours: CellForm, theirs: CellForm): boolean =>
  !sameOutputs(ours.outputs, theirs.outputs) &&
  !sameOutputs(base.outputs, ours.outputs) &&
  !sameOutputs(base.outputs, theirs.outputs)
