/**
 * What of a notebook is folded, as its cells' metadata has it: the keys of nbformat and JupyterLab, so that a file
 * opens there as it was left here. Invariant: `outline` follows the document, and is a new object only when headings
 * or folds change.
 */
import {
  cellId,
  cellMetadata,
  cellSource,
  cellsOf,
  cellType,
  findCell,
  type YCell,
} from '@yesterday/server/contract/document.ts'
import * as Y from 'yjs'
import { z } from 'zod'
import { type Observable, Watched } from '../state/observable.ts'
import { type CellSketch, hiding, noOutline, type Outline, outlineOf } from './outline.ts'

const HEADING = 'jp-MarkdownHeadingCollapsed'
const Hidden = z.looseObject({
  source_hidden: z.boolean().optional(),
  outputs_hidden: z.boolean().optional(),
})

/** The parts of a code cell that fold. */
export type Part = 'source' | 'outputs'

export class Folds {
  readonly #doc: Y.Doc
  // Not the person's origin: undo reverts edits, not folding.
  readonly #origin = { person: 'folding' }
  readonly #outline = new Watched<Outline>(noOutline)
  #drawn = ''

  constructor(doc: Y.Doc) {
    this.#doc = doc
    cellsOf(doc).observeDeep((events) => {
      if (events.some(concernsOutline)) this.#read()
    })
    this.#read()
  }

  get outline(): Observable<Outline> {
    return this.#outline
  }

  /** Folds or opens the section of a heading. */
  foldHeading(id: string, folded: boolean): void {
    this.#change(id, (metadata) => {
      if (folded) metadata.set(HEADING, true)
      else for (const key of [HEADING, 'heading_collapsed']) metadata.delete(key)
    })
  }

  /** Folds a part of a cell, or opens it again. */
  foldPart(id: string, part: Part, folded: boolean): void {
    this.#change(id, (metadata) => {
      const { [`${part}_hidden` as const]: _, ...rest } = hiddenParts(metadata)
      const next = folded ? { ...rest, [`${part}_hidden`]: true } : rest
      if (Object.keys(next).length > 0) metadata.set('jupyter', next)
      else metadata.delete('jupyter')
      // nbformat's own older key says the same of outputs.
      if (part === 'outputs' && metadata.has('collapsed')) metadata.set('collapsed', folded)
    })
  }

  /** Folds the part of these cells, or opens it where all of them have it folded. */
  toggle(ids: readonly string[], part: Part): void {
    const cells = ids
      .flatMap((id) => findCell(this.#doc, id)?.cell ?? [])
      .filter((cell) => cellType(cell) === 'code')
    const folded = !cells.every((cell) => isFolded(cell, part))
    this.#doc.transact(() => {
      for (const cell of cells) this.foldPart(cellId(cell), part, folded)
    }, this.#origin)
  }

  /** Opens a cell's source if it is folded, before an edit. */
  openSource(id: string): void {
    const cell = findCell(this.#doc, id)?.cell
    if (cell !== undefined && isFolded(cell, 'source')) this.foldPart(id, 'source', false)
  }

  /** Opens whatever hides a cell. */
  open(id: string): void {
    for (const heading of hiding(this.#outline.get(), id)) this.foldHeading(heading.id, false)
  }

  #change(id: string, act: (metadata: Y.Map<unknown>) => void): void {
    const metadata = cellMetadata(findCell(this.#doc, id)?.cell ?? new Y.Map())
    if (metadata !== null) this.#doc.transact(() => act(metadata), this.#origin)
  }

  #read(): void {
    const next = outlineOf(cellsOf(this.#doc).map(sketch))
    const drawn = JSON.stringify(next.headings)
    if (drawn === this.#drawn) return
    this.#drawn = drawn
    this.#outline.set(next)
  }
}

/** True where a code cell's part is folded. */
export function isFolded(cell: YCell, part: Part): boolean {
  const metadata = cellMetadata(cell)
  if (metadata === null) return false
  if (part === 'outputs' && metadata.get('collapsed') === true) return true
  return hiddenParts(metadata)[`${part}_hidden`] === true
}

function hiddenParts(metadata: Y.Map<unknown>): z.infer<typeof Hidden> {
  const value = metadata.get('jupyter')
  return Hidden.safeParse(value instanceof Y.Map ? value.toJSON() : value).data ?? {}
}

function sketch(cell: YCell): CellSketch {
  const metadata = cellMetadata(cell)
  const isProse = cellType(cell) === 'markdown'
  const folded = [HEADING, 'heading_collapsed'].some((key) => metadata?.get(key) === true)
  return { id: cellId(cell), prose: isProse ? cellSource(cell).toString() : null, folded: isProse && folded }
}

// A keystroke in code or a line of output says nothing of headings, and comes often.
function concernsOutline(event: Y.YEvent<Y.AbstractType<unknown>>): boolean {
  if (event.target === event.currentTarget) return true
  const cell = event.target.parent
  if (!(cell instanceof Y.Map)) return false
  return event.target instanceof Y.Text
    ? cell.get('cell_type') === 'markdown'
    : event.path.at(-1) === 'metadata'
}
