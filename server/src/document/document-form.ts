/**
 * Between the document and its form: reading what a Y.Doc says, making cells of it. Invariant: a document seeded
 * from a form says that form.
 */
import * as Y from 'yjs'
import {
  cellId,
  cellMetadata,
  cellOutputs,
  cellSource,
  cellsOf,
  cellType,
  ensureMetadata,
  executionCount,
  makeCell,
  metaOf,
  stateOf,
  type YCell,
  type YOutput,
} from '../../contract/document.ts'
import type { CellForm, NotebookForm, OutputForm } from './cell-form.ts'
import { type Json, normalObject } from './json-value.ts'

/** What the document says now. */
export function readForm(doc: Y.Doc): NotebookForm {
  return { ...readTop(doc), cells: cellsOf(doc).map(readCell) }
}

/** What the document says now beside its cells. */
export function readTop(doc: Y.Doc): Omit<NotebookForm, 'cells'> {
  const meta = metaOf(doc)
  const metadata = meta.get('metadata')
  return {
    nbformat: 4,
    minor: Math.trunc(Number(meta.get('nbformat_minor') ?? 5)),
    metadata: normalObject(metadata instanceof Y.Map ? metadata.toJSON() : {}),
  }
}

/** What one cell says now. */
export function readCell(cell: YCell): CellForm {
  const type = cellType(cell)
  const code = type === 'code'
  return {
    id: cellId(cell),
    type,
    source: cellSource(cell).toString(),
    metadata: normalObject(cellMetadata(cell)?.toJSON()),
    attachments: code ? null : readAttachments(cell),
    outputs: code ? (cellOutputs(cell)?.map(readOutput) ?? []) : null,
    executionCount: code ? executionCount(cell) : null,
  }
}

function readAttachments(cell: YCell): CellForm['attachments'] {
  const attachments = cell.get('attachments')
  if (attachments === undefined || attachments === null) return null
  return normalObject(attachments instanceof Y.Map ? attachments.toJSON() : attachments)
}

const readOutput = (output: YOutput): OutputForm => normalObject(output.toJSON())

/** Roots have their types from the beginning, so that a broken update cannot give them others. */
export function defineRoots(doc: Y.Doc): void {
  cellsOf(doc)
  metaOf(doc)
  stateOf(doc)
}

/** Fills an empty document. To be called in a transaction. */
export function seedDocument(doc: Y.Doc, form: NotebookForm): void {
  const meta = metaOf(doc)
  meta.set('nbformat', form.nbformat)
  meta.set('nbformat_minor', form.minor)
  const metadata = ensureMetadata(doc)
  for (const [key, value] of Object.entries(form.metadata)) metadata.set(key, value)
  cellsOf(doc).push(form.cells.map(makeFormCell))
}

/** A new cell that says the form, not yet in a document. */
export function makeFormCell(form: CellForm): YCell {
  const cell = makeCell(form)
  if (form.attachments !== null) cell.set('attachments', form.attachments)
  if (form.outputs === null) return cell
  cell.set('outputs', Y.Array.from(form.outputs.map(makeOutput)))
  cell.set('execution_count', form.executionCount)
  return cell
}

/** A new output that says the form, not yet in a document. A stream's text is a Y.Text unless it is a reference. */
export function makeOutput(form: OutputForm): YOutput {
  const entries = Object.entries(form).map(([key, value]): [string, Json | Y.Text] => [
    key,
    key === 'text' && form.output_type === 'stream' && typeof value === 'string' ? new Y.Text(value) : value,
  ])
  return new Y.Map<unknown>(entries)
}
