/** pure. A notebook as nbformat 4 text, with its outputs in full (https://nbformat.readthedocs.io/en/latest/format_description.html). */
import {
  type CellForm,
  isBinaryMime,
  isJsonMime,
  type NotebookForm,
  splitText,
} from '../document/cell-form.ts'
import { isJsonObject, type Json, type JsonObject } from '../document/json-value.ts'
import { writesCellIds } from '../document/notebook-file.ts'

/** The file's text, laid out as nbformat's own writer does. */
export function notebookJson(form: NotebookForm): string {
  const cells = form.cells.map((cell) => cellJson(cell, writesCellIds(form)))
  const { metadata, nbformat, minor } = form
  return `${JSON.stringify({ cells, metadata, nbformat, nbformat_minor: minor }, null, 1)}\n`
}

function cellJson(cell: CellForm, ids: boolean): JsonObject {
  const { id, type, source, metadata, attachments, outputs, executionCount } = cell
  return {
    ...(attachments === null ? {} : { attachments }),
    cell_type: type,
    ...(type === 'code' ? { execution_count: executionCount } : {}),
    ...(ids ? { id } : {}),
    metadata,
    ...(type === 'code' ? { outputs: (outputs ?? []).map(outputJson) } : {}),
    source: splitText(source),
  }
}

function outputJson(output: JsonObject): JsonObject {
  if (typeof output.text === 'string') return { ...output, text: splitText(output.text) }
  if (!isJsonObject(output.data)) return output
  const members = Object.entries(output.data).map(([mime, value]): [string, Json] => [
    mime,
    typeof value === 'string' && !isJsonMime(mime) && !isBinaryMime(mime) ? splitText(value) : value,
  ])
  return { ...output, data: Object.fromEntries(members) }
}
