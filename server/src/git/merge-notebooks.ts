/**
 * Three versions of a notebook merged cell by cell, as git asks for it. Invariant: no source of either side is lost. A cell
 * that both sides changed in the same lines is kept twice, between marker cells.
 */
import * as Y from 'yjs'
import { noticeWords } from '../../contract/notices.ts'
import { type CellForm, type NotebookForm, sameContent, sameOutputs } from '../document/cell-form.ts'
import { makeId } from '../document/cell-ids.ts'
import { defineRoots, readForm, seedDocument } from '../document/document-form.ts'
import { hashText } from '../document/ipynb-read.ts'
import { matchCells } from '../document/match-cells.ts'
import { mergeFile } from '../document/merge.ts'

export interface MergedNotebook {
  readonly form: NotebookForm
  /** For a person: what has to be looked at. Empty if all was merged. */
  readonly conflicts: readonly string[]
}

/** The tag of marker cells. */
export const MARKER_TAG = 'merge-conflict'

export function mergeNotebooks(base: NotebookForm, ours: NotebookForm, theirs: NotebookForm): MergedNotebook {
  const own = { ...ours, cells: matchCells(base.cells, ours.cells) }
  const doc = new Y.Doc()
  defineRoots(doc)
  doc.transact(() => seedDocument(doc, own))
  const { file: other, notices } = mergeFile(doc, base, theirs)
  const known = new Set([...own.cells, ...other.cells].map(({ id }) => id))
  const merged = readForm(doc)
  const cells = merged.cells.map((cell) => withOutputs(cell, own, other))
  const inBoth = notices.filter(({ code }) => code === noticeWords('notice.cellInBoth', { cell: '' }).code)
  return {
    form: {
      ...merged,
      nbformat: ours.nbformat,
      minor: Math.max(ours.minor, theirs.minor),
      cells: cells.flatMap((cell, place) => marked(cells, known, cell, place)),
    },
    conflicts: [
      ...inBoth.map(({ values }) => `cell ${values.cell} was changed on both sides; both are kept`),
      ...keptAgainstRemoval(base, own, other),
    ],
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

/** A cell with the markers that belong before and after it: ours, then theirs, which no side knows by its id. */
function marked(
  cells: readonly CellForm[],
  known: ReadonlySet<string>,
  cell: CellForm,
  place: number,
): readonly CellForm[] {
  const next = cells[place + 1]
  const isTheirs = !known.has(cell.id)
  const isOurs = !isTheirs && next !== undefined && !known.has(next.id)
  return [
    ...(isOurs ? [marker('<<<<<<< ours', cell)] : []),
    ...(isTheirs ? [marker('=======', cell)] : []),
    cell,
    ...(isTheirs ? [marker('>>>>>>> theirs', cell)] : []),
  ]
}

function marker(words: string, { id }: CellForm): CellForm {
  return {
    id: makeId(`marker\n${words}\n${id}`, new Set(), hashText),
    type: 'markdown',
    source: `**\`${words}\`**`,
    metadata: { tags: [MARKER_TAG] },
    attachments: null,
    outputs: null,
    executionCount: null,
  }
}

/** Cells that one side removed and the other changed: they are kept as they were changed. */
function keptAgainstRemoval(base: NotebookForm, ours: NotebookForm, theirs: NotebookForm): readonly string[] {
  return base.cells.flatMap((cell) => {
    const [own, other] = [find(ours, cell.id), find(theirs, cell.id)]
    if (own === undefined && other !== undefined && !sameContent(cell, other))
      return [`cell ${cell.id} was removed here and changed there; it is kept`]
    if (other === undefined && own !== undefined && !sameContent(cell, own))
      return [`cell ${cell.id} was changed here and removed there; it is kept`]
    return []
  })
}
