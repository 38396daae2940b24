/**
 * pure. Reads parts of the SQLite file format (https://sqlite.org/fileformat2.html) without SQLite, which gives up at the
 * first damaged page. Nothing here throws: what cannot be read is null, or left out.
 */

export type Value = null | number | string | Uint8Array

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export const u16 = (bytes: Uint8Array, at: number): number =>
  at >= 0 && at + 2 <= bytes.length ? view(bytes).getUint16(at) : 0
export const u32 = (bytes: Uint8Array, at: number): number =>
  at >= 0 && at + 4 <= bytes.length ? view(bytes).getUint32(at) : 0

/** The number, and where the next byte is; null beyond the end, or for a number that JavaScript cannot hold. */
function varint(bytes: Uint8Array, at: number): readonly [number, number] | null {
  let value = 0
  for (let index = 0; index < 9; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return null
    value = index === 8 ? value * 256 + byte : value * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(value)) return null
    if (index === 8 || byte < 0x80) return [value, at + index + 1]
  }
  return null
}

const MAGIC = 'SQLite format 3\0'

export interface Header {
  readonly pageSize: number
  /** Bytes of a page that are used. */
  readonly usable: number
  /** The first page of the list of free pages; 0 where there is none. */
  readonly freeList: number
}

/** The header of the file; null where it is damaged. */
export function readHeader(first: Uint8Array): Header | null {
  if (first.length < 100 || Buffer.from(first.subarray(0, 16)).toString('latin1') !== MAGIC) return null
  const pageSize = pageSizeOf(u16(first, 16))
  const usable = (pageSize ?? 0) - (first[20] ?? 0)
  return pageSize === null || usable < 480 ? null : { pageSize, usable, freeList: u32(first, 32) }
}

/** 1 means 65,536. */
export function pageSizeOf(stored: number): number | null {
  const size = stored === 1 ? 65_536 : stored
  return size >= 512 && size <= 65_536 && (size & (size - 1)) === 0 ? size : null
}

/** Page 1 begins with the header of the file. */
const startOf = (page: number): number => (page === 1 ? 100 : 0)

const INTERIOR = 5
const LEAF = 13

export const isLeaf = (page: number, bytes: Uint8Array): boolean => bytes[startOf(page)] === LEAF

/** The pages below an interior page of a table. */
export function childrenOf(page: number, bytes: Uint8Array): readonly number[] {
  const start = startOf(page)
  if (bytes[start] !== INTERIOR) return []
  const cells = pointers(bytes, start, 12).map((at) => u32(bytes, at))
  return [...cells, u32(bytes, start + 8)]
}

function pointers(bytes: Uint8Array, start: number, headerSize: number): readonly number[] {
  const count = Math.min(u16(bytes, start + 3), (bytes.length - start - headerSize) >> 1)
  return Array.from({ length: count }, (_, index) => u16(bytes, start + headerSize + 2 * index))
}

/** A row of a leaf, of which only the first bytes may be in the page. */
export interface Cell {
  readonly rowid: number
  readonly local: Uint8Array
  /** Bytes of the whole row. */
  readonly size: number
  /** The page with the next bytes; 0 where `local` is all. */
  readonly overflow: number
}

/** The rows of a leaf of a table. */
export function cellsOf(page: number, bytes: Uint8Array, usable: number): readonly Cell[] {
  if (!isLeaf(page, bytes)) return []
  return pointers(bytes, startOf(page), 8).flatMap((at) => cellAt(bytes, at, usable) ?? [])
}

function cellAt(bytes: Uint8Array, at: number, usable: number): Cell | null {
  const size = varint(bytes, at)
  const rowid = size && varint(bytes, size[1])
  if (size === null || rowid === null || rowid[0] < 0) return null
  const inPage = localSize(size[0], usable)
  const end = rowid[1] + inPage
  if (end > usable || size[0] < 2) return null
  const overflow = inPage < size[0] ? u32(bytes, end) : 0
  if (inPage < size[0] && overflow === 0) return null
  return { rowid: rowid[0], local: bytes.subarray(rowid[1], end), size: size[0], overflow }
}

/** How much of a row of so many bytes is in its page ("B-tree Pages" of the format). */
function localSize(size: number, usable: number): number {
  if (size <= usable - 35) return size
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const fitting = least + ((size - least) % (usable - 4))
  return fitting <= usable - 35 ? fitting : least
}

/** The columns of a row ("Record Format"); null where the bytes are none. */
export function readRow(bytes: Uint8Array): readonly Value[] | null {
  const header = varint(bytes, 0)
  if (header === null || header[0] > bytes.length) return null
  const values: Value[] = []
  let data = header[0]
  for (let at = header[1]; at < header[0]; ) {
    const type = varint(bytes, at)
    if (type === null) return null
    const size = sizeOf(type[0])
    if (size === null || data + size > bytes.length) return null
    values.push(columnOf(type[0], bytes.subarray(data, data + size)))
    data += size
    at = type[1]
  }
  return data === bytes.length ? values : null
}

const INTEGER_SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

function sizeOf(type: number): number | null {
  if (type < 10) return INTEGER_SIZES[type] ?? null
  return type < 12 ? null : (type - (type % 2 === 0 ? 12 : 13)) / 2
}

function columnOf(type: number, bytes: Uint8Array): Value {
  if (type === 0) return null
  if (type === 7) return view(bytes).getFloat64(0)
  if (type === 8 || type === 9) return type - 8
  if (type < 7) return integerOf(bytes)
  return type % 2 === 0 ? bytes : Buffer.from(bytes).toString('utf8')
}

/** Two's complement, big-endian. */
function integerOf(bytes: Uint8Array): number {
  let value = (bytes[0] ?? 0) >= 0x80 ? -1 : 0
  for (const byte of bytes) value = value * 256 + byte
  return value
}
