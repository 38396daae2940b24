/**
 * pure. About how high a cell will be, in CSS pixels: what a band out of view takes until it is drawn, so that the
 * scroll bar hardly moves and a jump lands near its cell.
 */
import { cellOutputs, cellType, type YCell, type YOutput } from '@yesterday/server/contract/document.ts'
import { isImageMime, mimeType } from '@yesterday/server/contract/mime-rules.ts'
import { sqlHeader } from '@yesterday/server/contract/sql-cell.ts'
import * as Y from 'yjs'

const LINE = 21
/** Margins, and the height around the text, by type. */
const AROUND = { code: 62, markdown: 27, raw: 40 } as const
const LEAST_CODE = 95
/** The header of a SQL cell, in place of its first line. */
const SQL_BAR = 28
/** Longer outputs scroll in themselves. */
const MOST_OUTPUT = 870
const PICTURE = 400
const TABLE = 240

export function expectedHeight(cell: YCell): number {
  const type = cellType(cell)
  const source = textOf(cell.get('source'))
  const head = type === 'code' && sqlHeader(source) !== null ? SQL_BAR - LINE : 0
  const text = AROUND[type] + LINE * lines(source) + head
  if (type !== 'code') return text
  const outputs = [...(cellOutputs(cell) ?? [])].map(outputHeight)
  return outputs.reduce((sum, height) => sum + height, Math.max(LEAST_CODE, text))
}

function outputHeight(output: YOutput): number {
  const [text, data] = [output.get('text'), output.get('data')]
  if (text !== undefined) return Math.min(MOST_OUTPUT, LINE * lines(textOf(text)))
  const present = typeof data === 'object' && data !== null ? Object.keys(data) : []
  if (present.some(isImageMime)) return PICTURE
  return present.some((mime) => mimeType(mime)?.drawn?.renderer === 'html') ||
    output.get('traceback') !== undefined
    ? TABLE
    : LINE
}

/** Other values have no height of their own: they are drawn as one line that says what is wrong. */
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value instanceof Y.Text ? value.toString() : ''

const lines = (text: string): number => text.split('\n').length
