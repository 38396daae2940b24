/**
 * Rows of a damaged database, found page by page and classified by their columns, so that the trees of the tables need
 * not be whole. A row whose last bytes are in other pages is given in each form that these have.
 */
import { type Cell, cellsOf, isLeaf, readRow, u32, type Value } from './file-format.ts'
import { type DamagedPages, FILE, type PageVersion } from './pages.ts'

interface Place {
  /** No later version of its page can be read, and the page is in use. */
  readonly isCurrent: boolean
  readonly page: number
}

export type FoundRow = Place &
  (
    | {
        readonly table: 'log'
        readonly seq: number
        readonly at: string
        readonly type: string
        readonly body: string
      }
    | {
        readonly table: 'chain'
        readonly seq: number
        readonly salt: Uint8Array
        readonly digest: Uint8Array
        readonly hash: Uint8Array
      }
    | { readonly table: 'heads'; readonly seq: number; readonly body: string }
    | {
        readonly table: 'documents'
        readonly number: number
        readonly document: string
        readonly epoch: string
        readonly path: string
      }
    | {
        readonly table: 'updates'
        readonly seq: number
        readonly document: number
        readonly bytes: Uint8Array
        readonly sum: number | null
      }
    | { readonly table: 'blobs'; readonly digest: string; readonly bytes: Uint8Array }
    /** The largest number that the log has given out. */
    | { readonly table: 'sequence'; readonly last: number }
  )

/** No row is larger, bytes. */
const LARGEST = 10 ** 9

/** Every row that can be read, those of older versions of a page before those of newer ones. */
export function* rowsOf(pages: DamagedPages): Generator<FoundRow> {
  const documents = documentPages(pages)
  for (const version of pages.versions()) {
    if (!isLeaf(version.page, version.bytes)) continue
    const { page } = version
    const place = { page, isCurrent: version.isNewest && !version.isFree }
    const mayBeDocument = documents === null ? null : documents.has(page)
    for (const cell of cellsOf(page, version.bytes, pages.usable))
      for (const payload of payloadsOf(pages, version, cell)) {
        const values = readRow(payload)
        const row = values === null ? null : rowOf(cell.rowid, values, mayBeDocument)
        if (row !== null) yield { ...row, ...place }
      }
  }
}

/** The pages of `documents`, whose columns look like those of another table; null where the schema cannot be read. */
function documentPages(pages: DamagedPages): ReadonlySet<number> | null {
  for (const page of pages.pagesOf(1)) {
    const bytes = pages.newest(page)
    const cells = bytes === null ? [] : cellsOf(page, bytes, pages.usable)
    for (const { local } of cells) {
      const [type, name, , root] = readRow(local) ?? []
      if (type === 'table' && name === 'documents' && typeof root === 'number') return pages.pagesOf(root)
    }
  }
  return null
}

function* payloadsOf(pages: DamagedPages, { commit }: PageVersion, cell: Cell): Generator<Uint8Array> {
  if (cell.overflow === 0) {
    yield cell.local
    return
  }
  const sources = [
    (page: number) => (commit === FILE ? pages.inFile(page) : pages.after(page, commit)),
    (page: number) => pages.newest(page),
    (page: number) => pages.inFile(page),
  ]
  const tried: Uint8Array[] = []
  for (const source of sources) {
    const whole = followOverflow(pages, cell, source)
    if (whole === null || tried.some((other) => Buffer.compare(other, whole) === 0)) continue
    tried.push(whole)
    yield whole
  }
}

function followOverflow(
  { usable }: DamagedPages,
  { local, size, overflow }: Cell,
  source: (page: number) => Uint8Array | null,
): Uint8Array | null {
  if (size > LARGEST) return null
  const parts = [local]
  let left = size - local.length
  for (let page = overflow; left > 0; ) {
    const bytes = page === 0 ? null : source(page)
    if (bytes === null) return null
    const part = bytes.subarray(4, Math.min(usable, 4 + left))
    parts.push(part)
    left -= part.length
    page = u32(bytes, 0)
  }
  return Buffer.concat(parts)
}

type Columns = readonly Value[]
type Bare = FoundRow extends infer Row ? (Row extends Place ? Omit<Row, keyof Place> : never) : never

const isBytes = (value: Value | undefined, size: number): value is Uint8Array =>
  value instanceof Uint8Array && value.length === size
const isText = (value: Value | undefined): value is string => typeof value === 'string'

function rowOf(rowid: number, columns: Columns, mayBeDocument: boolean | null): Bare | null {
  return (
    logRow(rowid, columns) ??
    chainRow(rowid, columns) ??
    headRow(rowid, columns) ??
    updateRow(rowid, columns) ??
    blobRow(columns) ??
    sequenceRow(columns) ??
    documentRow(rowid, columns, mayBeDocument)
  )
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d/
const isJson = (value: Value | undefined): value is string => isText(value) && value.startsWith('{')

function logRow(seq: number, [id, at, type, body, ...more]: Columns): Bare | null {
  if (id !== null || !isText(at) || !TIME.test(at) || !isText(type) || !isJson(body) || more.length > 0)
    return null
  return { table: 'log', seq, at, type, body }
}

function chainRow(seq: number, [id, salt, digest, hash, ...more]: Columns): Bare | null {
  if (id !== null || !isBytes(salt, 16) || !isBytes(digest, 32) || !isBytes(hash, 32) || more.length > 0)
    return null
  return { table: 'chain', seq, salt, digest, hash }
}

function headRow(seq: number, [id, body, ...more]: Columns): Bare | null {
  return id === null && isJson(body) && more.length === 0 ? { table: 'heads', seq, body } : null
}

/** A row from before updates had a checksum is a column shorter. */
function updateRow(seq: number, [id, document, bytes, sum = null, ...more]: Columns): Bare | null {
  if (id !== null || typeof document !== 'number' || !(bytes instanceof Uint8Array) || more.length > 0)
    return null
  return sum === null || typeof sum === 'number' ? { table: 'updates', seq, document, bytes, sum } : null
}

function blobRow([digest, bytes, ...more]: Columns): Bare | null {
  if (!isText(digest) || !(bytes instanceof Uint8Array) || more.length > 0) return null
  return { table: 'blobs', digest, bytes }
}

function sequenceRow([name, last, ...more]: Columns): Bare | null {
  return name === 'log' && typeof last === 'number' && more.length === 0 ? { table: 'sequence', last } : null
}

/** Ids of documents and epochs, as the program makes them. */
const ID = /^[0-9a-f]{20}$/

function documentRow(
  number: number,
  [id, document, epoch, path, ...more]: Columns,
  mayBe: boolean | null,
): Bare | null {
  if (id !== null || !isText(document) || !isText(epoch) || !isText(path) || more.length > 0) return null
  if (!(mayBe ?? (ID.test(document) && ID.test(epoch)))) return null
  return { table: 'documents', number, document, epoch, path }
}
