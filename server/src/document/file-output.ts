/**
 * pure. An output as nbformat 4 writes it (https://nbformat.readthedocs.io/en/latest/format_description.html#code-cell-outputs).
 * Invariant: whatever a kernel or a browser said, what is written passes nbformat's own validation.
 */
import { isJsonInFile, isSplitInFile } from '../../contract/mime-rules.ts'
import { rawText, splitText } from './cell-form.ts'
import { isJsonObject, type Json, type JsonObject } from './json-value.ts'

/** The members that nbformat knows, with texts as lists of lines, as its own writer has them. */
export function fileOutput(output: JsonObject): JsonObject {
  switch (output.output_type) {
    case 'stream':
      return { output_type: 'stream', name: asText(output.name), text: splitText(asText(output.text)) }
    case 'error':
      return errorOutput(output)
    case 'execute_result':
      return { ...bundleOutput(output), execution_count: asNatural(output.execution_count) }
    case 'display_data':
    case 'update_display_data':
      return bundleOutput({ ...output, output_type: 'display_data' })
    default:
      return bundleOutput({ output_type: 'display_data', data: { 'text/plain': JSON.stringify(output) } })
  }
}

function errorOutput({ output_type, ename, evalue, traceback }: JsonObject): JsonObject {
  const lines = Array.isArray(traceback) ? traceback.map(asText) : splitText(asText(traceback))
  return {
    output_type: output_type ?? 'error',
    ename: asText(ename),
    evalue: asText(evalue),
    traceback: lines,
  }
}

function bundleOutput({ output_type, data, metadata }: JsonObject): JsonObject {
  const values = Object.entries(isJsonObject(data) ? data : {}).map(([mime, value]): [string, Json] => [
    mime,
    isJsonInFile(mime) ? value : fileText(mime, asText(value)),
  ])
  return {
    output_type: output_type ?? 'display_data',
    data: Object.fromEntries(values),
    metadata: isJsonObject(metadata) ? metadata : {},
  }
}

const fileText = (mime: string, text: string): Json => (isSplitInFile(mime) ? splitText(text) : text)

/** Text stays what it is; any other value is its JSON. */
function asText(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  return Array.isArray(value) ? rawText(value) : JSON.stringify(value)
}

const asNatural = (value: Json | undefined): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null
