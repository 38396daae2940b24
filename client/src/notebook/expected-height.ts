/**
 * pure. About how high a cell will be, in CSS pixels: what a band out of view takes until it is drawn, so that the
 * scroll bar hardly moves and a jump lands near its cell.
 */
import {
  cellOutputs,
  cellSource,
  cellType,
  type YCell,
  type YOutput,
} from '@yesterday/server/contract/document.ts'

const LINE = 21
/** Margins, and what stands around the text, by type. */
const AROUND = { code: 62, markdown: 27, raw: 40 } as const
const LEAST_CODE = 95
/** Longer outputs scroll in themselves. */
const MOST_OUTPUT = 870
const PICTURE = 400
const TABLE = 240

export function expectedHeight(cell: YCell): number {
  const type = cellType(cell)
  const text = AROUND[type] + LINE * lines(cellSource(cell).toString())
  if (type !== 'code') return text
  const outputs = [...(cellOutputs(cell) ?? [])].map(outputHeight)
  return outputs.reduce((sum, height) => sum + height, Math.max(LEAST_CODE, text))
}

function outputHeight(output: YOutput): number {
  const [text, data] = [output.get('text'), output.get('data')]
  if (text !== undefined) return Math.min(MOST_OUTPUT, LINE * lines(String(text)))
  const has = (kind: string): boolean =>
    typeof data === 'object' && data !== null && Object.keys(data).some((mime) => mime.startsWith(kind))
  if (has('image/')) return PICTURE
  return has('text/html') || output.get('traceback') !== undefined ? TABLE : LINE
}

const lines = (text: string): number => text.split('\n').length
