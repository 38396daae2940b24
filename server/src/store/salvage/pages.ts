/**
 * The pages of a damaged database and its WAL, in every version that is there. Versions have an order: pages of the file
 * that are free come first, then the other pages of the file, then the frames of the WAL, oldest first.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { requireHistoryFiles } from '../history-files.ts'
import { childrenOf, type Header, readHeader, u32 } from './file-format.ts'
import { type Frame, framesOf, walPageSize } from './wal.ts'

export interface PageVersion {
  readonly page: number
  readonly bytes: Uint8Array
  /** The last frame of the transaction that wrote it; `FILE` for a page of the file. */
  readonly commit: number
  /** No later version of the page can be read. */
  readonly isNewest: boolean
  /** The page is in the list of free pages: its rows were deleted. */
  readonly isFree: boolean
}

/** The database file, in place of a frame of the WAL. */
export const FILE = -1

const DEFAULT: Header = { pageSize: 4096, usable: 4096, freeList: 0 }
/** Pages that are read at once. */
const BLOCK = 256
/** More of a WAL is not read into memory, bytes. */
const LONGEST_WAL = 2 ** 30

export class DamagedPages {
  readonly usable: number
  /** Pages that the file has room for. */
  readonly count: number
  /** Null where there is no file. */
  readonly #file: number | null
  readonly #wal: Uint8Array
  readonly #header: Header
  readonly #frames: readonly Frame[]
  /** The frames of each page, oldest first. */
  readonly #framesOf: ReadonlyMap<number, readonly number[]>
  readonly #free: ReadonlySet<number>
  #block: { readonly first: number; readonly bytes: Uint8Array } = { first: 0, bytes: new Uint8Array(0) }

  /** Reads `database` and the WAL next to it. A file that is missing is empty. */
  constructor(database: string) {
    requireHistoryFiles(database)
    this.#wal = readWal(`${database}-wal`)
    this.#file = existsSync(database) ? openSync(database, 'r') : null
    this.#header = this.#readHeader()
    const { pageSize, usable } = this.#header
    this.usable = usable
    this.count = this.#file === null ? 0 : Math.ceil(fstatSync(this.#file).size / pageSize)
    this.#frames = framesOf(this.#wal, pageSize)
    this.#framesOf = Map.groupBy(this.#frames.keys(), (index) => this.#frames[index]?.page ?? 0)
    this.#free = this.#freePages()
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
  }

  *versions(): Generator<PageVersion> {
    for (const isFree of [true, false])
      for (let page = 1; page <= this.count; page++) {
        if (this.#free.has(page) !== isFree) continue
        const bytes = this.inFile(page)
        if (bytes !== null)
          yield { page, bytes, commit: FILE, isFree, isNewest: this.#newestFrame(page) === undefined }
      }
    for (const [index, { page, commit }] of this.#frames.entries()) {
      const isNewest = this.#newestFrame(page) === index
      yield { page, bytes: this.#inWal(index), commit, isFree: this.#free.has(page), isNewest }
    }
  }

  /** The page as the file has it; null beyond its end. A page that was cut off is filled with zeros. */
  inFile(page: number): Uint8Array | null {
    if (page < 1 || page > this.count) return null
    const { first, bytes } = this.#block
    const { pageSize } = this.#header
    const at = (page - first) * pageSize
    if (page >= first && at + pageSize <= bytes.length) return bytes.slice(at, at + pageSize)
    const block = new Uint8Array(BLOCK * pageSize)
    this.#read(block, (page - 1) * pageSize)
    this.#block = { first: page, bytes: block }
    return block.slice(0, pageSize)
  }

  /** The newest version that is sound. */
  newest(page: number): Uint8Array | null {
    const index = this.#newestFrame(page)
    return index === undefined ? this.inFile(page) : this.#inWal(index)
  }

  /** The page as it was after the transaction that ends with the frame `commit`. */
  after(page: number, commit: number): Uint8Array | null {
    const index = (this.#framesOf.get(page) ?? []).findLast((frame) => frame <= commit)
    return index === undefined ? this.inFile(page) : this.#inWal(index)
  }

  /** The pages of the table whose tree begins at `root`, as far as its inner pages can be read. */
  pagesOf(root: number): ReadonlySet<number> {
    const found = new Set<number>()
    const waiting = [root]
    for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
      if (found.has(page) || (page > this.count && !this.#framesOf.has(page))) continue
      found.add(page)
      const bytes = this.newest(page)
      if (bytes !== null) waiting.push(...childrenOf(page, bytes))
    }
    return found
  }

  /** What cannot be read (the end of the file, a bad sector) stays zero. */
  #read(into: Uint8Array, at: number): void {
    const { pageSize } = this.#header ?? DEFAULT
    try {
      if (this.#file !== null) readSync(this.#file, into, 0, into.length, at)
    } catch {
      if (into.length <= pageSize) into.fill(0)
      else
        for (let start = 0; start < into.length; start += pageSize)
          this.#read(into.subarray(start, start + pageSize), at + start)
    }
  }

  #newestFrame(page: number): number | undefined {
    return this.#framesOf.get(page)?.findLast((index) => this.#frames[index]?.isSound === true)
  }

  #inWal(index: number): Uint8Array {
    const at = this.#frames[index]?.at ?? 0
    return this.#wal.subarray(at, at + this.#header.pageSize)
  }

  /** Where the first page is damaged, the WAL may have it; the page size is that of all histories else. */
  #readHeader(): Header {
    const first = new Uint8Array(100)
    this.#read(first, 0)
    const pageSize = walPageSize(this.#wal)
    const header =
      readHeader(first) ?? (pageSize === null ? DEFAULT : { ...DEFAULT, pageSize, usable: pageSize })
    const inWal = framesOf(this.#wal, header.pageSize).findLast(({ page, isSound }) => page === 1 && isSound)
    if (inWal === undefined) return header
    return readHeader(this.#wal.subarray(inWal.at, inWal.at + header.pageSize)) ?? header
  }

  /** "The Freelist": pages that list others, one after the other. */
  #freePages(): ReadonlySet<number> {
    const free = new Set<number>()
    const newestFirst = this.newest(1)
    let trunk = (newestFirst && readHeader(newestFirst)?.freeList) ?? this.#header.freeList
    while (trunk !== 0 && !free.has(trunk)) {
      free.add(trunk)
      const bytes = this.newest(trunk)
      if (bytes === null) break
      const most = Math.min(u32(bytes, 4), this.usable / 4 - 2)
      for (let index = 0; index < most; index++) free.add(u32(bytes, 8 + 4 * index))
      trunk = u32(bytes, 0)
    }
    return free
  }
}

function readWal(path: string): Uint8Array {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = new Uint8Array(Math.min(fstatSync(file).size, LONGEST_WAL))
      readSync(file, bytes, 0, bytes.length, 0)
      return bytes
    } finally {
      closeSync(file)
    }
  } catch {
    return new Uint8Array(0)
  }
}
