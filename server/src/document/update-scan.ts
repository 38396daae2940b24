/**
 * Reads an update's structure without building it, in time and memory that its bytes bound. The format is that of
 * Yjs 13, version 1 (https://github.com/yjs/yjs, `UpdateDecoderV1` and `readItemContent`).
 */

/** A point in a client's history: the id of a Yjs struct. */
export interface StructId {
  readonly client: number
  readonly clock: number
}

/** One struct of an update and where its bytes are. */
export interface ScannedStruct extends StructId {
  /** How many clock ticks it takes. */
  readonly length: number
  readonly start: number
  readonly end: number
  /** What must be in the document before it. */
  readonly needs: readonly StructId[]
}

export interface Scanned {
  readonly structs: number
  /** Ranges of the delete set. */
  readonly deletions: number
  /** JSON values, those inside of others counted too. */
  readonly values: number
  /** Where the delete set begins. */
  readonly deleteSetAt: number
}

/** JSON deeper than this is refused: code that reads it recursively would overflow its stack. */
export const MAX_DEPTH = 200

/** Bits of a struct's first byte. */
const HAS_ORIGIN = 0x80
const HAS_RIGHT_ORIGIN = 0x40
const HAS_PARENT_KEY = 0x20
const CONTENT = 0x1f
/** Kinds of content that are no item. */
const GC = 0
const SKIP = 10

/** Scans an update and calls `visit` for each struct, in order. Throws where it cannot be read to its last byte. */
export function scanUpdate(update: Uint8Array, visit: (struct: ScannedStruct) => void = () => {}): Scanned {
  const reader = new Reader(update)
  let structs = 0
  for (let clients = reader.varUint(); clients > 0; clients--) {
    const count = reader.varUint()
    const client = reader.varUint()
    let clock = reader.varUint()
    for (let left = count; left > 0; left--) {
      const start = reader.at
      const { length, needs } = readStruct(reader)
      visit({ client, clock, length, start, end: reader.at, needs })
      clock += length
      structs++
    }
  }
  const deleteSetAt = reader.at
  const deletions = readDeleteSet(reader)
  if (reader.at !== update.length) throw new Error('there are bytes after its end')
  return { structs, deletions, values: reader.values, deleteSetAt }
}

function readDeleteSet(reader: Reader): number {
  let ranges = 0
  for (let clients = reader.varUint(); clients > 0; clients--) {
    reader.varUint()
    for (let left = reader.varUint(); left > 0; left--) {
      reader.varUint()
      reader.varUint()
      ranges++
    }
  }
  return ranges
}

function readStruct(reader: Reader): { length: number; needs: StructId[] } {
  const info = reader.byte()
  const kind = info & CONTENT
  if (kind === GC || kind === SKIP) return { length: reader.varUint(), needs: [] }
  const needs: StructId[] = []
  if (info & HAS_ORIGIN) needs.push(reader.id())
  if (info & HAS_RIGHT_ORIGIN) needs.push(reader.id())
  if (needs.length === 0) {
    if (reader.varUint() === 1) reader.skipString()
    else needs.push(reader.id())
    if (info & HAS_PARENT_KEY) reader.skipString()
  }
  const read = contents[kind]
  if (read === undefined) throw new Error(`no content has the type ${kind}`)
  return { length: read(reader), needs }
}

/** Kinds of a shared type that have a name behind them: XML elements and hooks. */
const namedTypes: ReadonlySet<number> = new Set([3, 5])

type ReadContent = (reader: Reader) => number

/** Content that takes one tick of the clock. */
const single =
  (skip: (reader: Reader) => void): ReadContent =>
  (reader) => {
    skip(reader)
    return 1
  }

/** Readers of an item's content by its kind; each returns the content's length in clock ticks. */
const contents: Readonly<Record<number, ReadContent>> = {
  1: (reader) => reader.varUint(),
  2: (reader) => reader.repeat(() => reader.skipString()),
  3: single((reader) => reader.skipString()),
  4: (reader) => reader.stringUnits(),
  5: single((reader) => reader.skipString()),
  6: single((reader) => {
    reader.skipString()
    reader.skipString()
  }),
  7: single((reader) => {
    if (namedTypes.has(reader.varUint())) reader.skipString()
  }),
  8: (reader) => reader.repeat(() => reader.skipValue(MAX_DEPTH)),
  9: single((reader) => {
    reader.skipString()
    reader.skipValue(MAX_DEPTH)
  }),
}

/** Reads lib0's encoding (https://github.com/dmonad/lib0, `decoding.js`); every read past the end throws. */
class Reader {
  readonly #bytes: Uint8Array
  at = 0
  /** JSON values so far. */
  values = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  byte(): number {
    const byte = this.#bytes[this.at++]
    if (byte === undefined) throw new Error('it ends too early')
    return byte
  }

  varUint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      if (value > Number.MAX_SAFE_INTEGER) throw new Error('a number is too large')
      if (byte < 0x80) return value
    }
  }

  id(): StructId {
    return { client: this.varUint(), clock: this.varUint() }
  }

  skip(count: number): void {
    if (count > this.#bytes.length - this.at) throw new Error('it ends too early')
    this.at += count
  }

  skipString(): void {
    this.skip(this.varUint())
  }

  /** The length of a string in UTF-16 units. */
  stringUnits(): number {
    const size = this.varUint()
    const start = this.at
    this.skip(size)
    let units = 0
    for (let at = start; at < this.at; at++) {
      const byte = this.#bytes[at] ?? 0
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1
    }
    return units
  }

  /** Reads as many things as a number says that comes first; returns that number. */
  repeat(read: () => void): number {
    const count = this.varUint()
    for (let left = count; left > 0; left--) read()
    return count
  }

  skipValue(depth: number): void {
    if (depth < 0) throw new Error('a value is nested too deeply')
    this.values++
    const type = this.byte()
    if (type === 119 || type === 116) this.skipString()
    else if (type === 117) this.repeat(() => this.skipValue(depth - 1))
    else if (type === 118) this.repeat(() => this.#skipMember(depth))
    else if (type === 125) this.#skipVarInt()
    else this.skip(fixedSizes[type] ?? unknownValue(type))
  }

  #skipMember(depth: number): void {
    this.skipString()
    this.skipValue(depth - 1)
  }

  #skipVarInt(): void {
    while (this.byte() >= 0x80);
  }
}

/** Bytes behind the type of a value: booleans, null, undefined, floats, 64-bit integers. */
const fixedSizes: Readonly<Record<number, number>> = {
  120: 0,
  121: 0,
  122: 8,
  123: 8,
  124: 4,
  126: 0,
  127: 0,
}

function unknownValue(type: number): never {
  throw new Error(`no value has the type ${type}`)
}
