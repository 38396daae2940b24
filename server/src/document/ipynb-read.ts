/**
 * Bytes of an `.ipynb` file to a NotebookFile. Formats 4.0 to 4.5 (and later minors, which promise to be compatible).
 * Invariant: whatever the bytes are, the answer is a value: the notebook, or a refusal that says what to do.
 */
import { createHash } from 'node:crypto'
import type { Masker } from '@yesterday/kernel-bridge'
import { escapeJson } from '../../contract/json.ts'
import {
  asCellType,
  asCount,
  type CellForm,
  joinedText,
  type NotebookForm,
  type OutputForm,
} from './cell-form.ts'
import { assignCellIds } from './cell-ids.ts'
import { placeOfJsonError } from './json-error.ts'
import { type Container, memberText, splitJson } from './json-text.ts'
import { isJsonObject, type JsonObject } from './json-value.ts'
import { type LargeValues, outline } from './large-values.ts'
import type { NotebookFile } from './notebook-file.ts'
import type { Refusal } from './ports.ts'

export interface ReadNotebook {
  readonly file: NotebookFile
  /** Values of outputs outside the document; to be stored before the document refers to them. */
  readonly large: LargeValues
}

export type ReadResult =
  | ({ readonly ok: true } & ReadNotebook)
  | { readonly ok: false; readonly refusal: Refusal }

/** Reads a notebook from a file's bytes. Its outputs are masked if there is a masker; its file keeps its own text. */
export function readNotebook(bytes: Uint8Array, masker: Masker | null = null): ReadResult {
  const text = decodeUtf8(bytes)
  if (typeof text !== 'string') return text
  try {
    return readText(text, masker)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return refuse(
      'tooDeep',
      'This notebook is nested too deeply to be opened: some of its JSON has more than 1,000 levels.',
    )
  }
}

const refuse = (code: string, message: string, hint?: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, status: 422, message, ...(hint === undefined ? {} : { hint }) },
})

function decodeUtf8(bytes: Uint8Array): string | { ok: false; refusal: Refusal } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  let offset = 0
  let from = 0
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', from)) {
    offset += Buffer.byteLength(text.slice(from, at))
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) {
      return refuse(
        'notUtf8',
        `This file is not UTF-8: invalid byte at offset ${offset}.`,
        'Save it as UTF-8 and open it again.',
      )
    }
    offset += 3
    from = at + 1
  }
  return text
}

function readText(text: string, masker: Masker | null): ReadResult {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { line, column } = placeOfJsonError(body)
    if (CONFLICT_MARKERS.every((marker) => marker.test(body)))
      return refuse(
        'conflicted',
        `This notebook has git's conflict markers: the first is at line ${markerLine(body)}.`,
        'Open it in the page to resolve the conflicts, then run "git add".',
      )
    const message = `This file is not JSON: unexpected text at line ${line}, column ${column}.`
    return refuse('brokenJson', message, 'Repair it in a text editor.')
  }
  return isJsonObject(value)
    ? readObject(text, value, masker)
    : refuse('notNotebook', 'This file is JSON, but not a notebook: it holds no object.')
}

/** What git leaves around the two versions of lines that it could not merge. */
const CONFLICT_MARKERS = [/^<{7}/m, /^={7}/m, /^>{7}/m]
const markerLine = (text: string): number => text.slice(0, text.search(/^<{7}/m)).split('\n').length

/** Whether the bytes are text with git's conflict markers. No line of JSON begins as they do. */
export function hasConflictMarkers(bytes: Uint8Array): boolean {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!all.includes('<<<<<<<')) return false
  const text = all.toString('utf8')
  return CONFLICT_MARKERS.every((marker) => marker.test(text))
}

function readObject(text: string, value: JsonObject, masker: Masker | null): ReadResult {
  const problem = formatProblem(value)
  if (problem !== null) return problem
  const start = text.indexOf('{')
  const end = text.lastIndexOf('}') + 1
  const top = splitJson(text.slice(start, end))
  const cells = top === null ? null : splitJson(memberText(top, 'cells') ?? '')
  if (top === null || cells === null) throw new Error('a notebook without "cells" passed its check')
  const large: LargeValues = new Map()
  const file: NotebookFile = {
    prologue: text.slice(0, start),
    top,
    cells,
    epilogue: text.slice(end),
    layout: { margin: '', step: detectStep(top) },
    form: notebookForm(value, large, masker),
  }
  return { ok: true, file, large }
}

function formatProblem(value: JsonObject): { ok: false; refusal: Refusal } | null {
  const { nbformat, cells } = value
  if (typeof nbformat !== 'number') {
    return refuse('notNotebook', 'This file is JSON, but not a notebook: "nbformat" is missing.')
  }
  if (nbformat < 4) {
    const hint = 'Convert a copy with: jupyter nbconvert --to notebook --nbformat 4 <file>'
    return refuse(
      'oldFormat',
      `This notebook has format ${nbformat}; formats 4.0 to 4.5 can be opened.`,
      hint,
    )
  }
  if (nbformat >= 5) {
    const hint = 'Save it as format 4.5 in the program that made it.'
    return refuse(
      'newFormat',
      `This notebook has format ${nbformat}; formats 4.0 to 4.5 can be opened.`,
      hint,
    )
  }
  if (!Array.isArray(cells)) return refuse('notNotebook', 'This notebook has no list of cells.')
  const bad = cells.findIndex((cell) => !isJsonObject(cell) || asCellType(cell.cell_type) === null)
  if (bad < 0) return null
  return refuse('notNotebook', `Cell ${bad + 1} of this notebook is not a code, markdown or raw cell.`)
}

function notebookForm(value: JsonObject, large: LargeValues, masker: Masker | null): NotebookForm {
  const raw = Array.isArray(value.cells) ? value.cells.filter(isJsonObject) : []
  const bare = raw.map((cell) => cellForm(cell, large, masker))
  const ids = assignCellIds(
    bare.map((cell, index) => ({ ...cell, id: raw[index]?.id })),
    hashText,
  )
  return {
    nbformat: 4,
    minor: typeof value.nbformat_minor === 'number' ? Math.trunc(value.nbformat_minor) : 0,
    metadata: escapedObject(value.metadata),
    cells: bare.map((cell, index) => ({ ...cell, id: ids[index] ?? '' })),
  }
}

function cellForm(cell: JsonObject, large: LargeValues, masker: Masker | null): CellForm {
  const type = asCellType(cell.cell_type) ?? 'raw'
  return {
    id: '',
    type,
    source: joinedText(cell.source),
    metadata: escapedObject(cell.metadata),
    attachments: type !== 'code' && isJsonObject(cell.attachments) ? escapedObject(cell.attachments) : null,
    outputs: type === 'code' ? outputForms(cell.outputs, large, masker) : null,
    executionCount: type === 'code' ? asCount(cell.execution_count) : null,
  }
}

const outputForms = (outputs: unknown, large: LargeValues, masker: Masker | null): OutputForm[] =>
  Array.isArray(outputs) ? outputs.map((output) => outline(output, large, masker)) : []

/** The object as a document holds it; empty where it is none. */
function escapedObject(value: unknown): JsonObject {
  const form = escapeJson(value)
  return isJsonObject(form) ? form : {}
}

/** One step of indentation, as the first line of the file has it; null when all is on one line. */
function detectStep(top: Container): string | null {
  const lead = top.entries[0]?.lead ?? ''
  return lead.includes('\n') ? lead.slice(lead.lastIndexOf('\n') + 1) : null
}

/** SHA-256 in hex digits. */
export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex')
