/**
 * Brings a change of the file into the document as edits. Invariant: nothing that a person wrote is lost on either
 * side; where both changed the same lines of a cell, the document's text stays and the file's is added as a new cell below it.
 */

import * as Y from 'yjs'
import type { Actor } from '../../contract/actor.ts'
import { cellSource, cellsOf, ensureMetadata, findCell, origin, type YCell } from '../../contract/document.ts'
import { type NoticeWords, noticeWords } from '../../contract/notices.ts'
import { type CellForm, type NotebookForm, sameContent, sameOutputs } from './cell-form.ts'
import { makeId } from './cell-ids.ts'
import type { MergeConflict } from './conflict-cells.ts'
import { makeFormCell, makeOutput, readCell } from './document-form.ts'
import { editFor } from './edited-for.ts'
import { hashText } from './ipynb-read.ts'
import { normalObject, sameJson } from './json-value.ts'
import { matchCells } from './match-cells.ts'
import { mergeLines } from './merge-lines.ts'
import { mergeMembers } from './merge-members.ts'
import { mergeOrder } from './merge-order.ts'
import { changeText } from './text-change.ts'

export interface Merged {
  /** What the file says, under the ids that its cells have in the document. */
  readonly file: NotebookForm
  /** For people: what was not merged without a trace. */
  readonly notices: readonly NoticeWords[]
  /** Cells that both sides changed in the same lines: both are kept, theirs below ours. */
  readonly conflicts: readonly MergeConflict[]
}

/** What a merge finds on its way. */
interface Findings {
  readonly notices: NoticeWords[]
  readonly conflicts: MergeConflict[]
}

/**
 * Merges into `doc` what changed from `base` to `file`. Where the base is not known (null), nothing is deleted and
 * every cell that differs is kept from both sides. `editor` is who wrote the file; null for another program.
 */
export function mergeFile(
  doc: Y.Doc,
  base: NotebookForm | null,
  file: NotebookForm,
  editor: Actor | null = null,
): Merged {
  const findings: Findings = { notices: [], conflicts: [] }
  const room = cellsOf(doc).map(readCell)
  const unchanged = base === file
  const cells = matchCells(unchanged || base === null ? room : base.cells, file.cells)
  const former = new Map((unchanged ? cells : (base?.cells ?? [])).map((cell) => [cell.id, cell]))
  doc.transact((transaction) => {
    editFor(transaction, editor)
    let place = 0
    for (const cell of cells) place = mergeCell(doc, former.get(cell.id) ?? null, cell, place, findings)
    if (base !== null && !unchanged) {
      removeMissing(doc, base, cells, findings.notices)
      mergeOrder(doc, base.cells.map(idOf), cells.map(idOf))
    }
    mergeMetadata(doc, base, file)
  }, origin.file)
  return { file: { ...file, cells }, ...findings }
}

const idOf = ({ id }: CellForm): string => id

/** Returns the index after the cell, where a new cell of the file would be inserted. */
function mergeCell(
  doc: Y.Doc,
  base: CellForm | null,
  file: CellForm,
  place: number,
  findings: Findings,
): number {
  const found = findCell(doc, file.id)
  if (found !== null) {
    const added = mergeInto(doc, found, base, file, findings)
    return found.index + 1 + added
  }
  if (base !== null && sameContent(base, file)) return place
  cellsOf(doc).insert(place, [makeFormCell(file)])
  return place + 1
}

type Found = { readonly cell: YCell; readonly index: number }

function mergeInto(
  doc: Y.Doc,
  found: Found,
  base: CellForm | null,
  file: CellForm,
  { notices, conflicts }: Findings,
): number {
  const room = readCell(found.cell)
  if (sameContent(room, file) || (base !== null && sameContent(base, file))) return 0
  const merged =
    base === null || mergeAttachments(base, room, file).contested.length > 0
      ? null
      : mergeLines(base.source, room.source, file.source)
  if (base !== null && merged !== null) {
    changeText(cellSource(found.cell), room.source, merged)
    takeParts(found.cell, room, base, file)
    return 0
  }
  if (base === null && room.source === file.source) return 0
  const taken = new Set(cellsOf(doc).map((cell) => String(cell.get('id'))))
  const id = makeId(`conflict\n${file.id}\n${file.source}`, taken, hashText)
  cellsOf(doc).insert(found.index + 1, [makeFormCell({ ...file, id })])
  notices.push(noticeWords('notice.cellInBoth', { cell: String(found.index + 1) }))
  conflicts.push({ ours: [room.id], theirs: [id], base: base?.source ?? null })
  return 1
}

function takeParts(cell: YCell, room: CellForm, base: CellForm, file: CellForm): void {
  if (room.type === base.type && file.type !== base.type) cell.set('cell_type', file.type)
  if (!sameJson(file.attachments, base.attachments))
    cell.set('attachments', mergeAttachments(base, room, file).merged)
  if (!sameJson(file.metadata, base.metadata)) {
    const { merged } = mergeMembers(base.metadata, room.metadata, file.metadata)
    cell.set('metadata', new Y.Map(Object.entries(merged)))
  }
  if (file.outputs === null || !sameOutputs(room.outputs, base.outputs)) return
  if (sameOutputs(file.outputs, base.outputs) && file.executionCount === base.executionCount) return
  cell.set('outputs', Y.Array.from(file.outputs.map(makeOutput)))
  cell.set('execution_count', file.executionCount)
}

/** Of a cell's three versions. */
const mergeAttachments = (base: CellForm, ours: CellForm, theirs: CellForm) =>
  mergeMembers(base.attachments ?? {}, ours.attachments ?? {}, theirs.attachments ?? {})

function removeMissing(
  doc: Y.Doc,
  base: NotebookForm,
  cells: readonly CellForm[],
  notices: NoticeWords[],
): void {
  const fileIds = new Set(cells.map((cell) => cell.id))
  for (const cell of base.cells) {
    const found = fileIds.has(cell.id) ? null : findCell(doc, cell.id)
    if (found === null) continue
    if (sameContent(readCell(found.cell), cell)) cellsOf(doc).delete(found.index)
    else notices.push(noticeWords('notice.cellStays', { cell: String(found.index + 1) }))
  }
}

function mergeMetadata(doc: Y.Doc, base: NotebookForm | null, file: NotebookForm): void {
  const metadata = ensureMetadata(doc)
  const before = base?.metadata ?? normalObject(metadata.toJSON())
  for (const key of new Set([...Object.keys(before), ...Object.keys(file.metadata)])) {
    const next = file.metadata[key]
    if (sameJson(before[key], next) || (base === null && before[key] !== undefined)) continue
    if (next === undefined) metadata.delete(key)
    else metadata.set(key, next)
  }
}
