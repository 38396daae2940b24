/**
 * Changes of a notebook's cells. Invariant: each is one transaction with the person's origin; a cell that moves or is
 * pasted comes whole, with its outputs; an existing cell's outputs are never written here.
 */
import {
  type CellType,
  cellId,
  cellMetadata,
  cellSource,
  cellsOf,
  cellType,
  findCell,
  makeCell,
} from '@yesterday/server/contract/document.ts'
import { uuidv4 } from 'lib0/random'
import type * as Y from 'yjs'
import { type CellCopy, cellFrom, copyOf } from './cell-copy.ts'
import { headOfSplit, joined } from './sql/split-sql.ts'

/** A fresh cell id (nbformat 4.5). */
export const newCellId = (): string => uuidv4().slice(0, 8)

/** The ids of all cells, in order. */
export const cellIds = (doc: Y.Doc): readonly string[] => cellsOf(doc).map(cellId)

/** Edits of one document by one person. */
export class CellEdits {
  readonly #doc: Y.Doc
  readonly #origin: object

  constructor(doc: Y.Doc, origin: object) {
    this.#doc = doc
    this.#origin = origin
  }

  /** Inserts a cell at `index`; answers its id. */
  insert(index: number, type: CellType, source = ''): string {
    const id = newCellId()
    this.#transact(() => cellsOf(this.#doc).insert(index, [makeCell({ id, type, source })]))
    return id
  }

  /** Deletes cells; a notebook keeps at least one. */
  remove(ids: readonly string[]): void {
    this.#transact(() => {
      for (const id of ids) this.#delete(id)
      if (cellsOf(this.#doc).length === 0) this.insert(0, 'code')
    })
  }

  /** Copies of cells, outside of the document. */
  copies(ids: readonly string[]): readonly CellCopy[] {
    return ids.flatMap((id) => {
      const found = findCell(this.#doc, id)
      return (found && copyOf(found.cell)) ?? []
    })
  }

  /** Inserts copies at `index`, with new ids; answers them. */
  paste(index: number, copies: readonly CellCopy[]): readonly string[] {
    const ids = copies.map(newCellId)
    const cells = copies.map((copy, at) => cellFrom(copy, ids[at] ?? newCellId()))
    this.#transact(() => cellsOf(this.#doc).insert(index, cells))
    return ids
  }

  /** Moves cells, in their order, before another; to the end if `before` is null. */
  moveBefore(ids: readonly string[], before: string | null): void {
    const order = cellIds(this.#doc)
    const moving = order.filter((id) => ids.includes(id))
    const behind = before === null ? [] : order.slice(order.indexOf(before))
    const next = behind.find((id) => !moving.includes(id))
    const staying = order.filter((id) => !moving.includes(id))
    const place = next === undefined ? staying.length : staying.indexOf(next)
    if (staying.toSpliced(place, 0, ...moving).every((id, at) => id === order[at])) return
    this.#transact(() => {
      const moved = moving.flatMap((id) => findCell(this.#doc, id)?.cell.clone() ?? [])
      for (const id of moving) this.#delete(id)
      cellsOf(this.#doc).insert(place, moved)
    })
  }

  /** Makes cells of another type, keeping source and id. */
  setType(ids: readonly string[], type: CellType): void {
    this.#transact(() => {
      for (const id of ids) this.#setType(id, type)
    })
  }

  /** Cuts a cell in two at `offset`; answers the lower one's id. */
  split(id: string, offset: number): string | null {
    const found = findCell(this.#doc, id)
    if (found === null) return null
    const [source, type] = [cellSource(found.cell), cellType(found.cell)]
    const whole = source.toString()
    const rest = headOfSplit(whole) + whole.slice(offset).replace(/^\n/, '')
    const lower = newCellId()
    this.#transact(() => {
      source.delete(offset, source.length - offset)
      cellsOf(this.#doc).insert(found.index + 1, [makeCell({ id: lower, type, source: rest })])
    })
    return lower
  }

  /** Joins cells into the first of them. */
  merge(ids: readonly string[]): void {
    const [first, ...others] = ids
    const target = first === undefined ? null : findCell(this.#doc, first)
    if (target === null) return
    this.#transact(() => {
      const source = cellSource(target.cell)
      for (const id of others) {
        const other = findCell(this.#doc, id)
        if (other !== null)
          source.insert(source.length, joined(source.toString(), cellSource(other.cell).toString()))
        this.#delete(id)
      }
    })
  }

  /** Makes a markdown cell begin with `level` hashes. */
  setHeading(ids: readonly string[], level: number): void {
    this.#transact(() => {
      for (const id of ids) {
        this.#setType(id, 'markdown')
        const found = findCell(this.#doc, id)
        const source = found === null ? null : cellSource(found.cell)
        const marks = /^#* */.exec(source?.toString() ?? '')?.[0].length ?? 0
        source?.delete(0, marks)
        source?.insert(0, `${'#'.repeat(level)} `)
      }
    })
  }

  #setType(id: string, type: CellType): void {
    const found = findCell(this.#doc, id)
    if (found === null || cellType(found.cell) === type) return
    const metadata = cellMetadata(found.cell)?.toJSON() ?? {}
    const made = makeCell({ id, type, source: cellSource(found.cell).toString(), metadata })
    cellsOf(this.#doc).delete(found.index, 1)
    cellsOf(this.#doc).insert(found.index, [made])
  }

  #delete(id: string): void {
    const found = findCell(this.#doc, id)
    if (found !== null) cellsOf(this.#doc).delete(found.index, 1)
  }

  #transact(change: () => void): void {
    this.#doc.transact(change, this.#origin)
  }
}
