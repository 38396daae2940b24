/** The texts of a cell in which people look: its source, and each output in its plain form. */
import {
  cellOutputs,
  cellSource,
  isObjectReference,
  type YCell,
} from '@yesterday/server/contract/document.ts'
import { SEARCHED_TYPES } from '@yesterday/server/contract/mime-rules.ts'
import * as Y from 'yjs'
import { withoutAnsi } from '../outputs/ansi.ts'
import { readOutput } from '../outputs/output.ts'

/** One text. `output` is its place among the outputs; null for the source. A null text is stored elsewhere and not loaded. */
export interface CellText {
  readonly output: number | null
  readonly text: string | null
}

/** The texts of a cell, in the order in which they are shown. */
export function textsOf(cell: YCell, withOutputs: boolean): readonly CellText[] {
  const source = { output: null, text: cellSource(cell).toString() }
  const outputs = withOutputs ? (cellOutputs(cell)?.toArray() ?? []) : []
  return [source, ...outputs.map((output, index) => ({ output: index, text: textOf(output.toJSON()) }))]
}

function textOf(json: Readonly<Record<string, unknown>>): string | null {
  const output = readOutput(json)
  if (output === null) return ''
  if (output.output_type === 'stream') return plain(output.text)
  if (output.output_type === 'error') {
    const trace = Array.isArray(output.traceback) ? output.traceback.join('\n') : output.traceback
    const rest = plain(trace)
    return rest === null ? null : `${output.ename}: ${output.evalue}\n${rest}`
  }
  const { data } = output
  return plain(searchedValue(data))
}

function searchedValue(data: Readonly<Record<string, unknown>>): unknown {
  const searched = SEARCHED_TYPES.flatMap((names) => Object.keys(data).filter((mime) => names.test(mime)))
  return searched.map((mime) => data[mime]).find((value) => value !== undefined && value !== null) ?? ''
}

function plain(value: unknown): string | null {
  if (isObjectReference(value)) return null
  if (value instanceof Y.Text) return withoutAnsi(value.toString())
  if (Array.isArray(value)) return withoutAnsi(value.join(''))
  return typeof value === 'string' ? withoutAnsi(value) : ''
}
