/** Puts code into a notebook that reads a file of the project: dragged from the tree, or by the menu of the file. */
import { uploadEach } from '../../files/actions.ts'
import { DRAGGED_FILE, fileUse } from '../../files/file-use.ts'
import { parentOf } from '../../files/tree.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { codeCells } from '../code-cells.ts'
import type { Notebook } from '../notebook.ts'
import { pasteText } from '../paste.ts'
import { readingCode } from './reading-code.ts'

/** In a new cell behind this one. */
export function readFile(notebook: Notebook, file: string, behind = notebook.selection.get().active): void {
  if ((notebook.session.view.get().kernel.language ?? 'python') !== 'python') {
    notify('info', t('reading.onlyPython'))
    return
  }
  const sources = codeCells(notebook).map(({ source }) => source)
  pasteText(notebook, readingCode(file, notebook.path.get(), sources), behind)
}

/** Uploads files from elsewhere beside the notebook, and puts code behind the cell that reads them. */
export async function uploadAndRead(
  notebook: Notebook,
  dropped: readonly File[],
  behind: string | null,
): Promise<void> {
  const { done, taken } = await uploadEach(parentOf(notebook.path.get()), dropped)
  // Each goes behind the cell: the last one first, so that they are in order.
  for (const path of done.toReversed()) readFile(notebook, path, behind)
  for (const { name } of taken) notify('warning', t('files.exists', { name }), t('reading.exists'))
}

/** Offers it in the tree, and takes files that are dropped on the list of cells, until the answer is called. */
export function takeFiles(notebook: Notebook, list: HTMLElement): () => void {
  const use = (file: string): void => readFile(notebook, file)
  const over = new AbortController()
  const options = { signal: over.signal, capture: true }
  let marked: Element | null = null
  const mark = (cell: Element | null): void => {
    marked?.removeAttribute('data-drop')
    marked = cell
    cell?.setAttribute('data-drop', 'below')
  }
  const onOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes(DRAGGED_FILE) !== true) return
    event.preventDefault()
    event.stopPropagation()
    event.dataTransfer.dropEffect = 'copy'
    mark(cellOf(event) ?? list.querySelector('.cell:last-of-type'))
  }
  const onDrop = (event: DragEvent): void => {
    mark(null)
    const file = event.dataTransfer?.getData(DRAGGED_FILE) ?? ''
    if (file === '') return
    event.preventDefault()
    event.stopPropagation()
    const cell = cellOf(event)?.id.replace(/^cell-/, '')
    readFile(notebook, file, cell ?? notebook.order.get().at(-1) ?? null)
  }
  list.addEventListener('dragover', onOver, options)
  list.addEventListener('dragleave', () => mark(null), options)
  list.addEventListener('drop', onDrop, options)
  fileUse.set(use)
  return () => {
    over.abort()
    mark(null)
    if (fileUse.get() === use) fileUse.set(null)
  }
}

const cellOf = ({ target }: Event): Element | null =>
  target instanceof Element ? target.closest('.cell') : null
