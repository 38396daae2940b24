/** pure. A notebook as nbformat 4 text, with its outputs in full (https://nbformat.readthedocs.io/en/latest/format_description.html). */
import { unescapeJson } from '../../contract/json.ts'
import { type CellForm, type NotebookForm, splitText } from './cell-form.ts'
import { fileOutput } from './file-output.ts'
import type { JsonObject } from './json-value.ts'
import { writesCellIds } from './notebook-file.ts'

/** The file's text, laid out as nbformat's own writer does. */
export function notebookJson(form: NotebookForm): string {
  const cells = form.cells.map((cell) => cellJson(cell, writesCellIds(form)))
  const { nbformat, minor } = form
  const metadata = unescapeJson(form.metadata)
  return `${JSON.stringify({ cells, metadata, nbformat, nbformat_minor: minor }, null, 1)}\n`
}

function cellJson(cell: CellForm, ids: boolean): JsonObject {
  const { id, type, source, metadata, attachments, outputs, executionCount } = cell
  return {
    ...(attachments === null ? {} : { attachments: unescapeJson(attachments) }),
    cell_type: type,
    ...(type === 'code' ? { execution_count: executionCount } : {}),
    ...(ids ? { id } : {}),
    metadata: unescapeJson(metadata),
    ...(type === 'code' ? { outputs: (outputs ?? []).map(fileOutput) } : {}),
    source: splitText(source),
  }
}
