/**
 * Edits that the server has not called durable, as text per cell: what is left of them when the document must be
 * reloaded (another epoch, a refused update). Invariant: `bases` are the sources as they were when nothing of this
 * page was unsaved.
 */
import {
  type CellType,
  cellId,
  cellSource,
  cellsOf,
  cellType,
  findCell,
  makeCell,
  type YCell,
} from '@yesterday/server/contract/document.ts'
import * as Y from 'yjs'
import { Signal } from '../state/observable.ts'
import { mergeText } from './merge-text.ts'
import type { Room } from './room.ts'

/** One cell's unsent edit. `base` null: the cell is new; `after` is the cell before it, null at the top. */
export interface UnsentEdit {
  readonly cell: string
  readonly type: CellType
  readonly base: string | null
  readonly mine: string
  readonly after: string | null
}

/** An edit that is not durable, with the cell as it is. */
interface Writing {
  readonly edit: UnsentEdit
  readonly cell: YCell
}

/** The origin of edits that were made again: undo passes them by. */
const broughtBack = { person: 'again' }

/** Keeps the sources as last known durable. */
export class DurableSources {
  readonly #room: Room
  readonly #bases = new Map<string, string>()
  /** The cells that were written in since, by their ids. */
  readonly #stale = new Map<string, YCell>()
  #all = true
  /** Whether this page has edited since it was last known to be durable. What it sends to get in is no edit. */
  #hasEdits = false
  /** The cells in whose source this page has written since. */
  readonly #own = new Set<string>()
  /** A cell that another person removed while this page wrote in it: it is back, with what was written. */
  readonly broughtBack = new Signal<UnsentEdit>()

  constructor(room: Room) {
    this.#room = room
    cellsOf(room.doc).observeDeep((events, { origin }) => {
      const isOwn = !room.isReceived(origin)
      this.#hasEdits ||= isOwn
      this.#changed(events, isOwn)
    })
    this.#keepWriting()
    room.facts.subscribe(() => this.#refresh())
    // Updates come after the observers, and the room, which listened first, has counted this one by then.
    room.doc.on('update', () => this.#refresh())
  }

  /** The cells whose source is not what the server last called durable. Deletions are not among them. */
  unsent(): readonly UnsentEdit[] {
    if (!this.#room.hasUnsaved) return []
    let after: string | null = null
    const edits: UnsentEdit[] = []
    for (const cell of cellsOf(this.#room.doc)) {
      const id = cellId(cell)
      const [base, mine] = [this.#bases.get(id) ?? null, cellSource(cell).toString()]
      if (base !== mine) edits.push({ cell: id, type: cellType(cell), base, mine, after })
      after = id
    }
    return edits
  }

  /** The source of a cell as the server last called it durable; null where it did not. */
  base(cell: string): string | null {
    return this.#bases.get(cell) ?? null
  }

  /** What arrives may take cells away, or put others in their place: a move is that as well. */
  #keepWriting(): void {
    const { doc } = this.#room
    let before: readonly Writing[] = []
    doc.on('beforeTransaction', ({ origin }) => {
      before = this.#room.isReceived(origin) ? this.#writing() : []
    })
    doc.on('afterTransaction', () => {
      const lost = before.filter(({ edit, cell }) => findCell(doc, edit.cell)?.cell !== cell)
      before = []
      if (lost.length > 0) queueMicrotask(() => this.#bringBack(lost.map(({ edit }) => edit)))
    })
  }

  #writing(): readonly Writing[] {
    if (this.#own.size === 0) return []
    return this.unsent().flatMap((edit) => {
      const found = this.#own.has(edit.cell) ? findCell(this.#room.doc, edit.cell) : null
      return found === null ? [] : [{ edit, cell: found.cell }]
    })
  }

  #bringBack(edits: readonly UnsentEdit[]): void {
    const gone = edits.filter(({ cell }) => findCell(this.#room.doc, cell) === null)
    reapply(this.#room.doc, edits, broughtBack)
    for (const edit of gone) this.broughtBack.emit(edit)
  }

  #changed(events: readonly Y.YEvent<Y.AbstractType<unknown>>[], isOwn: boolean): void {
    for (const event of events) {
      // The text of an output hangs below an output.
      const cell = event.path.at(-1) === 'source' ? event.target.parent : null
      if (cell instanceof Y.Map) {
        this.#stale.set(cellId(cell), cell)
        if (isOwn) this.#own.add(cellId(cell))
      } else if (event.path.length === 0) this.#all = true
    }
  }

  #refresh(): void {
    if (!this.#room.facts.get().synced) return
    if (!this.#room.hasUnsaved) this.#hasEdits = false
    if (this.#hasEdits) return
    if (!this.#all && this.#stale.size === 0) return
    if (this.#all) {
      this.#bases.clear()
      for (const cell of cellsOf(this.#room.doc)) this.#bases.set(cellId(cell), cellSource(cell).toString())
    } else for (const [id, cell] of this.#stale) this.#bases.set(id, cellSource(cell).toString())
    this.#all = false
    this.#stale.clear()
    this.#own.clear()
  }
}

/** Brings unsent edits into a freshly loaded document, in one transaction with `origin`. */
export function reapply(doc: Y.Doc, edits: readonly UnsentEdit[], origin: object): void {
  doc.transact(() => {
    for (const edit of edits) reapplyOne(doc, edit)
  }, origin)
}

function reapplyOne(doc: Y.Doc, edit: UnsentEdit): void {
  const found = findCell(doc, edit.cell)
  if (found === null) insertAgain(doc, edit)
  else reapplyText(cellSource(found.cell), edit)
}

function reapplyText(source: Y.Text, edit: UnsentEdit): void {
  const theirs = source.toString()
  // A new cell that got there: what both have of it is what it was.
  const change = mergeText(edit.base ?? commonStart(edit.mine, theirs), edit.mine, theirs)
  if (change === null) return
  if (change.end > change.start) source.delete(change.start, change.end - change.start)
  if (change.text !== '') source.insert(change.start, change.text)
}

function commonStart(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length)
}

// A cell that was deleted meanwhile comes back: losing typed text would be worse.
function insertAgain(doc: Y.Doc, edit: UnsentEdit): void {
  const before = edit.after === null ? null : findCell(doc, edit.after)
  const place = before === null ? (edit.after === null ? 0 : cellsOf(doc).length) : before.index + 1
  cellsOf(doc).insert(place, [makeCell({ id: edit.cell, type: edit.type, source: edit.mine })])
}
