/**
 * A notebook's new state as a patch of its file. Invariant: what was not changed keeps its spelling, byte for byte;
 * nothing is added that the document does not have (except ids that the format requires).
 */
import type * as Y from 'yjs'
import { cellsOf } from '../../contract/document.ts'
import { unescapeJson } from '../../contract/json.ts'
import {
  asCount,
  type CellForm,
  joinedText,
  type NotebookForm,
  type OutputForm,
  sameOutputs,
  splitText,
} from './cell-form.ts'
import { readCell, readTop } from './document-form.ts'
import { fileOutput } from './file-output.ts'
import { inTurns } from './in-turns.ts'
import { inward, type Layout, newEntry, patchJson, rejoin, replaceMembers, spell } from './json-patch.ts'
import { type Container, memberText, splitJson } from './json-text.ts'
import { type Json, sameJson } from './json-value.ts'
import { inline, type ReadObject } from './large-values.ts'
import { cellLayout, cellsLayout, indexCells, type NotebookFile, writesCellIds } from './notebook-file.ts'

/** Members of a cell to be set to a text, or to be taken out (null). */
type Members = Map<string, string | null>

/** The file patched so that it says `form`. `read` gives back the large values that outputs refer to. */
export async function writeNotebook(
  file: NotebookFile,
  form: NotebookForm,
  read: ReadObject,
): Promise<NotebookFile> {
  const former = indexCells(file.form)
  const entries = []
  for (const cell of form.cells) {
    const found = former.get(cell.id)
    const entry = found === undefined ? undefined : file.cells.entries[found.index]
    const base = entry === undefined || found === undefined ? null : { text: entry.value, form: found.cell }
    const text = await cellText(base, cell, { layout: cellLayout(file), ids: writesCellIds(form), read })
    entries.push(
      entry === undefined ? newEntry(file.cells, '', text, cellsLayout(file)) : { ...entry, value: text },
    )
  }
  const cells = splitAgain(file.cells, entries, cellsLayout(file))
  return { ...file, form, cells, top: topLevel(file, form) }
}

/** Whether the file says what the form says. Ids that the file does not have yet do not count. */
export function saysSame(file: NotebookFile, form: NotebookForm): boolean {
  const cells = file.form.cells
  return (
    sameTop(file.form, form) &&
    cells.length === form.cells.length &&
    cells.every((cell, index) => sameCell(cell, form.cells[index]))
  )
}

/** As `saysSame`, for a large document that no other code sees yet. */
export async function saysSameInTurns(file: NotebookFile, doc: Y.Doc): Promise<boolean> {
  const [cells, inFile] = [cellsOf(doc).toArray(), file.form.cells]
  if (cells.length !== inFile.length || !sameTop(file.form, readTop(doc))) return false
  let isSame = true
  await inTurns(cells.entries(), ([index, cell]) => {
    const other = inFile[index]
    isSame &&= other !== undefined && sameCell(other, readCell(cell))
  })
  return isSame
}

const sameTop = (a: Omit<NotebookForm, 'cells'>, b: Omit<NotebookForm, 'cells'>): boolean =>
  a.minor === b.minor && sameJson(a.metadata, b.metadata)

function sameCell(a: CellForm, b: CellForm | undefined): boolean {
  if (b === undefined || a.id !== b.id) return false
  return changedParts(a, b).length === 0
}

function splitAgain(cells: Container, entries: Container['entries'], layout: Layout): Container {
  if (entries.length === 0) return { open: '[', entries, hollow: cells.hollow }
  return splitJson(rejoin(cells, entries, layout)) ?? cells
}

function topLevel(file: NotebookFile, form: NotebookForm): Container {
  if (sameTop(file.form, form)) return file.top
  const members: Members = new Map()
  const old = memberText(file.top, 'metadata') ?? '{}'
  if (!sameJson(file.form.metadata, form.metadata)) {
    members.set('metadata', patchJson(old, form.metadata, inward(file.layout)))
  }
  if (file.form.minor !== form.minor) members.set('nbformat_minor', String(form.minor))
  return splitJson(replaceMembers(file.top, members, file.layout)) ?? file.top
}

interface CellWriting {
  readonly layout: Layout
  readonly ids: boolean
  readonly read: ReadObject
}

interface CellBase {
  readonly text: string
  readonly form: CellForm
}

async function cellText(base: CellBase | null, cell: CellForm, writing: CellWriting): Promise<string> {
  if (base === null) return newCellText(cell, writing)
  const container = splitJson(base.text)
  if (container === null) throw new Error(`cell ${cell.id} of the file is no object`)
  const members: Members = new Map()
  if (writing.ids && memberText(container, 'id') !== JSON.stringify(cell.id)) {
    members.set('id', JSON.stringify(cell.id))
  }
  for (const part of changedParts(base.form, cell)) {
    await part(container, { base, cell, writing, members })
  }
  return members.size === 0 ? base.text : replaceMembers(container, members, writing.layout)
}

interface PartWriting {
  readonly base: CellBase
  readonly cell: CellForm
  readonly writing: CellWriting
  readonly members: Members
}

type WritePart = (container: Container, part: PartWriting) => void | Promise<void>

/** One writer for each part in which the two cells differ. */
function changedParts(a: CellForm, b: CellForm): WritePart[] {
  const parts: WritePart[] = []
  if (a.type !== b.type) parts.push(writeType)
  if (a.source !== b.source) parts.push(writeSource)
  if (!sameJson(a.metadata, b.metadata)) parts.push(writeMetadata)
  if (!sameJson(a.attachments, b.attachments)) parts.push(writeAttachments)
  if (a.executionCount !== b.executionCount || a.type !== b.type) parts.push(writeCount)
  if (!sameOutputs(a.outputs, b.outputs)) parts.push(writeOutputs)
  return parts
}

const writeType: WritePart = (_, { cell, members }) => {
  members.set('cell_type', JSON.stringify(cell.type))
}

const writeSource: WritePart = (container, { cell, writing, members }) => {
  const old = memberText(container, 'source') ?? '[]'
  const value: Json = old.startsWith('"') ? cell.source : splitText(cell.source)
  members.set('source', patchJson(old, value, inward(writing.layout)))
}

const writeMetadata: WritePart = (container, { cell, writing, members }) => {
  const old = memberText(container, 'metadata') ?? '{}'
  members.set('metadata', patchJson(old, cell.metadata, inward(writing.layout)))
}

const writeAttachments: WritePart = (container, { cell, writing, members }) => {
  const old = memberText(container, 'attachments') ?? '{}'
  const text = cell.attachments === null ? null : patchJson(old, cell.attachments, inward(writing.layout))
  members.set('attachments', text)
}

const writeCount: WritePart = (_, { cell, members }) => {
  members.set('execution_count', cell.type === 'code' ? JSON.stringify(cell.executionCount) : null)
}

const writeOutputs: WritePart = async (container, { base, cell, writing, members }) => {
  if (cell.outputs === null) {
    members.set('outputs', null)
    return
  }
  const old = splitJson(memberText(container, 'outputs') ?? '[]') ?? { open: '[', entries: [], hollow: '' }
  const layout = inward(writing.layout)
  const spelled = []
  for (const [index, output] of cell.outputs.entries()) {
    const place = sameAt(base.form.outputs ?? [], output, index)
    const entry = place < 0 ? undefined : old.entries[place]
    spelled.push(entry ?? newEntry(old, '', await outputText(output, inward(layout), writing.read), layout))
  }
  members.set('outputs', rejoin(old, spelled, layout))
}

/** The index of an equal output: the same index if possible. */
function sameAt(outputs: readonly OutputForm[], output: OutputForm, index: number): number {
  const isSame = (other: OutputForm | undefined) => other !== undefined && sameOutputs([other], [output])
  return isSame(outputs[index]) ? index : outputs.findIndex(isSame)
}

async function outputText(output: OutputForm, layout: Layout, read: ReadObject): Promise<string> {
  return spell(fileOutput(await inline(output, read)), layout)
}

async function newCellText(cell: CellForm, writing: CellWriting): Promise<string> {
  const outputs: Json[] = []
  for (const output of cell.outputs ?? []) outputs.push(fileOutput(await inline(output, writing.read)))
  const code = cell.type === 'code'
  return spell(
    {
      ...(cell.attachments === null ? {} : { attachments: unescapeJson(cell.attachments) }),
      cell_type: cell.type,
      ...(code ? { execution_count: asCount(cell.executionCount) } : {}),
      ...(writing.ids ? { id: cell.id } : {}),
      metadata: unescapeJson(cell.metadata),
      ...(code ? { outputs } : {}),
      source: splitText(joinedText(cell.source)),
    },
    writing.layout,
  )
}
