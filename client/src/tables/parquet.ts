/**
 * A Parquet file as a source of rows. A small one is read whole, and is ordered and filtered here; of a larger one the
 * rows in sight are read.
 */
import type { TableColumn } from '@yesterday/server/contract/variables.ts'
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet'
import {
  decompressBrotli,
  decompressGzip,
  decompressLz4,
  decompressLz4Raw,
  decompressZstd,
} from 'hyparquet-compressors'
import { heldTable } from './held-table.ts'
import type { TableSource } from './source.ts'

/** Cells up to which a file is read whole. */
const MOST_HELD = 2_000_000

/** Snappy is hyparquet's own. */
const compressors: Compressors = {
  GZIP: (bytes, length) => decompressGzip(bytes, length),
  BROTLI: (bytes, length) => decompressBrotli(bytes, length),
  ZSTD: (bytes) => decompressZstd(bytes),
  LZ4: (bytes, length) => decompressLz4(bytes, length),
  LZ4_RAW: (bytes, length) => decompressLz4Raw(bytes, length),
}

/** Throws an `Error` with a reason if the bytes are no Parquet that can be read. */
export async function parquetTable(bytes: Blob): Promise<TableSource> {
  const file: AsyncBuffer = {
    byteLength: bytes.size,
    slice: (start, end) => bytes.slice(start, end).arrayBuffer(),
  }
  const metadata = await parquetMetadataAsync(file)
  const columns = columnsOf(metadata)
  const rows = Number(metadata.num_rows)
  const read = async (start: number, end: number, places: readonly number[]) => {
    const names = places.map((place) => columns[place]?.name ?? '')
    const found = await parquetReadObjects({
      file,
      metadata,
      compressors,
      columns: [...names],
      rowStart: start,
      rowEnd: end,
    })
    return names.map((name) => found.map((row) => cellText(row[name])))
  }
  const all = columns.map((_, place) => place)
  if (rows * columns.length <= MOST_HELD)
    return heldTable({ columns, cells: await read(0, rows, all), labels: null })
  return {
    rows,
    width: columns.length,
    columns: columns.slice(0, 100),
    mayCompute: false,
    columnsFrom: async (start) => ({ ok: true, value: columns.slice(start, start + 100) }),
    page: async ({ start, count, columns: places }) => {
      const cells = await read(start, Math.min(rows, start + count), places)
      return { ok: true, value: { total: rows, start, cells, labels: null } }
    },
    summaries: async () => ({ ok: true, value: [] }),
  }
}

function columnsOf(metadata: FileMetaData): readonly TableColumn[] {
  return parquetSchema(metadata).children.map(({ element, children }) => ({
    name: element.name,
    type: (element.logical_type?.type ?? element.converted_type ?? element.type ?? 'group').toLowerCase(),
    kind: children.length > 0 ? 'other' : kindOf(element),
  }))
}

function kindOf(element: {
  readonly type?: string
  readonly converted_type?: string
  readonly logical_type?: { readonly type: string }
}): TableColumn['kind'] {
  const logical = element.logical_type?.type ?? element.converted_type ?? ''
  if (/DATE|TIME/.test(logical)) return 'time'
  if (element.type === 'BOOLEAN') return 'bool'
  return /INT|FLOAT|DOUBLE/.test(element.type ?? '') || logical === 'DECIMAL' ? 'number' : 'text'
}

/** A value as a cell shows it; null for a missing one. */
function cellText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? null : value.toISOString().replace('.000Z', 'Z')
  if (value instanceof Uint8Array) return `${value.length} B`
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one))
}
