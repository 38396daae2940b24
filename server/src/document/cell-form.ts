/**
 * pure. What a cell says, as plain values in the shape that the document has: sources and texts joined, large values
 * as object references. The file and the document both come down to this form, and are compared in it.
 */
import { type CellType, isObjectReference } from '../../contract/document.ts'
import { DEPTH_LIMIT, isDeeperThan } from '../../contract/json.ts'
import { isJsonObject, type Json, type JsonObject, sameJson } from './json-value.ts'

/** An output as the document holds it: escaped (contract/json.ts); a stream's `text` is joined, or an object reference. */
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
  return rawText(value).toWellFormed().replaceAll('\r\n', '\n').replaceAll('\r', '\n')
}

/** As `joinedText`, with its carriage returns. Members of a list that are not text, which nbformat forbids, are JSON. */
export function rawText(value: unknown): string {
  if (!Array.isArray(value)) return typeof value === 'string' ? value : ''
  return value.map((line) => (typeof line === 'string' ? line : jsonText(line))).join('')
}

function jsonText(value: unknown): string {
  return isDeeperThan(DEPTH_LIMIT, value) ? '' : JSON.stringify(value)
}

/** A multi-line value as nbformat's own writer lays it out. */
export function splitText(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? []
}

/** A cell's type as nbformat names it; null for anything else. */
export const asCellType = (value: unknown): CellType | null =>
  value === 'code' || value === 'markdown' || value === 'raw' ? value : null

/** An execution count, null when it never ran. */
export const asCount = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : null

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
