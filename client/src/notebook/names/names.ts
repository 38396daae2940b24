/** Go to definition, references and rename, from the name at the caret. The parser of Python is fetched by the first. */
import { cellId, cellSource, cellsOf, cellType } from '@yesterday/server/contract/document.ts'
import type { AllNames, FoundVariable } from '../../names/definition.ts'
import { type Observable, Watched } from '../../state/observable.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import type { Notebook } from '../notebook.ts'

/** What the dialog shows; null while it is closed. */
export interface ShownNames {
  readonly kind: 'references' | 'rename'
  readonly all: AllNames
  readonly found: FoundVariable
}

const shown = new Watched<ShownNames | null>(null)
export const shownNames: Observable<ShownNames | null> = shown
export const hideNames = (): void => shown.set(null)

/** The code cells of a notebook, in order. */
export const namedCells = (notebook: Notebook) =>
  cellsOf(notebook.doc)
    .toArray()
    .filter((cell) => cellType(cell) === 'code')
    .map((cell) => ({ id: cellId(cell), source: cellSource(cell).toString() }))

const load = () => import('../../names/definition.ts')

/** The caret goes to the definition of the name at it. */
export async function goToDefinition(notebook: Notebook): Promise<void> {
  const looked = await variableAtCaret(notebook)
  if (looked === null) return
  const { definitionOf } = await load()
  const place = definitionOf(looked.all, looked.found)
  if (place === null) notify('info', t('names.notDefined', { name: looked.found.name }))
  else notebook.reveal(place.cell, 'edit', place.from)
}

export async function showNames(notebook: Notebook, kind: ShownNames['kind']): Promise<void> {
  const looked = await variableAtCaret(notebook)
  if (looked !== null) shown.set({ kind, ...looked })
}

/** Null after it has said why there is none. */
async function variableAtCaret(notebook: Notebook): Promise<Omit<ShownNames, 'kind'> | null> {
  const cell = notebook.selection.get().active
  const offset = cell === null ? undefined : notebook.pool.caretIn(cell)
  try {
    const { allNames, variableAt } = await load()
    const all = allNames(namedCells(notebook))
    const found = cell === null || offset === undefined ? null : variableAt(all, cell, offset)
    if (found !== null) return { all, found }
    notify('info', t('names.none'))
  } catch {
    notify('warning', t('names.notLoaded'))
  }
  return null
}
