/**
 * pure. A table out of an output: the HTML that pandas and polars show, or a JSON table (data resource). Only plain
 * tables are read (one header row, no spans, one table); of anything else, null, and it is compared as text.
 */
import { z } from 'zod'
import { diffKind, isJsonMime } from '../../contract/mime-rules.ts'
import type { Table } from './diff-tables.ts'

export function readTable(mime: string, text: string): Table | null {
  if (diffKind(mime) !== 'table') return null
  return isJsonMime(mime) ? dataResource(text) : htmlTable(text)
}

function htmlTable(html: string): Table | null {
  if ((html.match(/<table\b/gi) ?? []).length !== 1 || /<t[dh][^>]*\b(?:row|col)span\b/i.test(html))
    return null
  const rows = [...html.matchAll(/<tr\b[^>]*>([\s\S]*?)<\/tr>/gi)].map(([, row = '']) => cellsOf(row))
  const [head, ...body] = rows
  if (head === undefined || body.length === 0 || !head.every(({ isHead }) => isHead)) return null
  if (!body.every((row) => row.length === head.length)) return null
  const hasKeys = body.every(([first]) => first?.isHead === true)
  const columns = head.slice(hasKeys ? 1 : 0).map((cell) => cell.text)
  return {
    columns,
    rows: body.map((row, index) => ({
      key: hasKeys ? (row[0]?.text ?? '') : String(index),
      cells: row.slice(hasKeys ? 1 : 0).map((cell) => cell.text),
    })),
  }
}

const cellsOf = (row: string) =>
  [...row.matchAll(/<(t[hd])\b[^>]*>([\s\S]*?)<\/\1>/gi)].map(([, tag = '', text = '']) => ({
    isHead: tag.toLowerCase() === 'th',
    text: plainText(text),
  }))

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

const plainText = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .replace(/&#(\d{1,6});/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .trim()

/** https://specs.frictionlessdata.io/tabular-data-resource */
const DataResource = z.object({
  schema: z.object({
    fields: z.array(z.object({ name: z.string() })),
    primaryKey: z.union([z.string(), z.array(z.string())]).optional(),
  }),
  data: z.array(z.record(z.string(), z.unknown())),
})

function dataResource(text: string): Table | null {
  const parsed = DataResource.safeParse(jsonOf(text))
  if (!parsed.success) return null
  const { schema, data } = parsed.data
  const keys = new Set([schema.primaryKey ?? []].flat())
  const columns = schema.fields.map(({ name }) => name).filter((name) => !keys.has(name))
  return {
    columns,
    rows: data.map((row, index) => ({
      key: keys.size === 0 ? String(index) : [...keys].map((key) => JSON.stringify(row[key])).join(', '),
      cells: columns.map((name) => JSON.stringify(row[name]) ?? ''),
    })),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
