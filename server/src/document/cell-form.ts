/**
 * pure. What a cell says, as plain values in the shape that the document has: sources and texts joined, large values
 * as object references. The file and the document both come down to this form, and are compared in it.
 */
import { type CellType, isObjectReference } from '../../contract/document.ts'
import { asDocumentObject, isJsonObject, type Json, type JsonObject, sameJson } from './json-value.ts'

/** An output as the document holds it; a stream's `text` is joined, or an object reference. */
export type OutputForm = JsonObject

export interface CellForm {
  readonly id: string
  readonly type: CellType
  readonly source: string
  readonly metadata: JsonObject
  /** Markdown and raw cells may have them; null where there are none. */
  readonly attachments: JsonObject | null
  /** Null for cells that are not code. */
  readonly outputs: readonly OutputForm[] | null
  readonly executionCount: number | null
}

/** A whole notebook in this form. */
export interface NotebookForm {
  readonly nbformat: number
  readonly minor: number
  readonly metadata: JsonObject
  readonly cells: readonly CellForm[]
}

/** Text as nbformat spells it: a string, or a list of strings to be joined. LF alone ends a line. */
export function joinedText(value: unknown): string {
  const text = Array.isArray(value) ? value.map(String).join('') : typeof value === 'string' ? value : ''
  return text.toWellFormed().replaceAll('\r\n', '\n').replaceAll('\r', '\n')
}

/** A multi-line value as nbformat's own writer lays it out. */
export function splitText(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? []
}

/** MIME types whose values are JSON, of any shape. */
export const isJsonMime = (mime: string): boolean => mime === 'application/json' || mime.endsWith('+json')

/** MIME types whose values are base64 of bytes. */
export const isBinaryMime = (mime: string): boolean =>
  mime === 'application/pdf' || (/^(image|audio|video)\//.test(mime) && mime !== 'image/svg+xml')

/** An output of a file, in the document's shape, large values still in it. */
export function outputForm(raw: unknown): OutputForm {
  if (!isJsonObject(raw)) return { output_type: 'unknown' }
  const output = asDocumentObject(raw)
  if (output.output_type === 'stream') return { ...output, text: streamText(output.text) }
  return isJsonObject(output.data) ? { ...output, data: bundleForm(output.data) } : output
}

/** A stream keeps its carriage returns: they redraw the line. */
function streamText(text: Json | undefined): string {
  return Array.isArray(text) ? text.join('') : typeof text === 'string' ? text : ''
}

/** A MIME bundle with its multi-line values joined. */
export function bundleForm(data: JsonObject): JsonObject {
  const joined = Object.entries(data).map(([mime, value]): [string, Json] => [
    mime,
    isTextList(value) && !isJsonMime(mime) ? value.join('') : value,
  ])
  return Object.fromEntries(joined)
}

const isTextList = (value: Json): value is readonly string[] =>
  Array.isArray(value) && value.every((line) => typeof line === 'string')

/** A cell's type as nbformat names it; null for anything else. */
export const asCellType = (value: unknown): CellType | null =>
  value === 'code' || value === 'markdown' || value === 'raw' ? value : null

/** An execution count, null when it never ran. */
export const asCount = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : null

/** A JSON object of anything; empty when it is none. */
export const asObject = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? asDocumentObject(value) : {}

/** Equality of outputs; references are equal when their digests are. */
export function sameOutputs(a: readonly OutputForm[] | null, b: readonly OutputForm[] | null): boolean {
  return sameJson(a === null ? null : a.map(withoutSizes), b === null ? null : b.map(withoutSizes))
}

function withoutSizes(value: Json): Json {
  if (isObjectReference(value)) return { 'yesterday.object': value['yesterday.object'].digest }
  if (Array.isArray(value)) return value.map(withoutSizes)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutSizes(member)]))
}

/** Whether two cells say the same, whatever their ids. */
export function sameContent(a: CellForm, b: CellForm): boolean {
  return (
    a.type === b.type &&
    a.source === b.source &&
    a.executionCount === b.executionCount &&
    sameJson(a.metadata, b.metadata) &&
    sameJson(a.attachments, b.attachments) &&
    sameOutputs(a.outputs, b.outputs)
  )
}
