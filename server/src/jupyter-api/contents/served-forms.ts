/**
 * What clients were sent of notebooks, so that a save is merged as edits since what that client knew. A client does not
 * say what it knew: it is the form that differs least from what it sends. Invariant: few forms are held.
 */
import { type CellForm, type NotebookForm, sameContent } from '../../document/cell-form.ts'

const MOST_FORMS = 8
const MOST_NOTEBOOKS = 50

export class ServedForms {
  readonly #forms = new Map<string, readonly NotebookForm[]>()

  /** Notes what a client knows now of a notebook. */
  add(documentId: string, form: NotebookForm): void {
    const others = (this.#forms.get(documentId) ?? []).filter((known) => known !== form)
    this.#forms.delete(documentId)
    this.#forms.set(documentId, [form, ...others].slice(0, MOST_FORMS))
    const [oldest] = this.#forms.keys()
    if (oldest !== undefined && this.#forms.size > MOST_NOTEBOOKS) this.#forms.delete(oldest)
  }

  /** The form that `sent` was edited from; null if none was served. Of equally near ones, the last. */
  baseOf(documentId: string, sent: NotebookForm): NotebookForm | null {
    let best: { readonly form: NotebookForm; readonly distance: number } | null = null
    for (const form of this.#forms.get(documentId) ?? []) {
      const distance = distanceOf(form, sent)
      if (best === null || distance < best.distance) best = { form, distance }
    }
    return best?.form ?? null
  }
}

/** Cells that were added, removed or changed. Files before format 4.5 have no ids: there equal cells count as one. */
function distanceOf(base: NotebookForm, sent: NotebookForm): number {
  const byId = new Map(base.cells.map((cell) => [cell.id, cell]))
  const sources = new Set(base.cells.map(sourceKey))
  const isIn = (cell: CellForm): boolean => {
    const known = byId.get(cell.id)
    return known === undefined ? sources.has(sourceKey(cell)) : sameContent(known, cell)
  }
  const common = sent.cells.filter(isIn).length
  return sent.cells.length - common + Math.max(0, base.cells.length - common)
}

const sourceKey = ({ type, source }: CellForm): string => `${type}\n${source}`
