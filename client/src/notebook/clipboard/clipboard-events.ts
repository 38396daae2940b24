/**
 * The browser's own copy, cut, paste and drop on the cells of a notebook. Text fields, editors and selected text keep
 * the browser's behaviour, but for images, which become attachments.
 */

import type { Notebook } from '../notebook.ts'
import { copyCells, cutCells, pasteCells, pasteText } from '../paste.ts'
import { uploadAndRead } from '../reading/read-file.ts'
import { addImages, imagesOf } from './add-images.ts'
import { CELLS_MIME, readCells } from './cells-data.ts'
import { fillClipboard } from './system-clipboard.ts'

/** Listens on the list of cells until the answer is called. */
export function listenToClipboard(notebook: Notebook, list: HTMLElement): () => void {
  const over = new AbortController()
  const options = { signal: over.signal, capture: true }
  list.addEventListener('copy', (event) => copy(notebook, event), options)
  if (notebook.opened.writable) {
    list.addEventListener('cut', (event) => cut(notebook, event), options)
    list.addEventListener('paste', (event) => paste(notebook, event), options)
    list.addEventListener('dragover', allowImages, options)
    list.addEventListener('drop', (event) => drop(notebook, event), options)
  }
  return () => over.abort()
}

const isInEditor = ({ target }: Event): boolean =>
  target instanceof Element && target.closest('.code-editor-mount') !== null
const isInField = ({ target }: Event): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable=true]') !== null

/** Whether the event is about cells, not about text. */
function isOfCells(notebook: Notebook, event: Event): boolean {
  if (isInEditor(event) || isInField(event) || notebook.selection.get().mode === 'edit') return false
  return document.getSelection()?.isCollapsed !== false
}

function copy(notebook: Notebook, event: ClipboardEvent): void {
  if (isOfCells(notebook, event)) fillClipboard(event, copyCells(notebook))
}

function cut(notebook: Notebook, event: ClipboardEvent): void {
  if (isOfCells(notebook, event)) fillClipboard(event, cutCells(notebook))
}

function paste(notebook: Notebook, event: ClipboardEvent): void {
  const { clipboardData } = event
  if (clipboardData === null || (isInField(event) && !isInEditor(event))) return
  const text = clipboardData.getData('text/plain')
  const images = text === '' ? imagesOf(clipboardData) : []
  const { active } = notebook.selection.get()
  if (images.length > 0) {
    take(event)
    void addImages(notebook, images, { cell: active, atCaret: isInEditor(event) })
  } else if (!isInEditor(event)) {
    take(event)
    const cells = readCells(clipboardData.getData(CELLS_MIME))
    if (cells.length > 0) void pasteCells(notebook, cells)
    else if (text !== '') pasteText(notebook, text)
  }
}

function allowImages(event: DragEvent): void {
  if (event.dataTransfer?.types.includes('Files') !== true) return
  take(event)
  event.dataTransfer.dropEffect = 'copy'
}

function drop(notebook: Notebook, event: DragEvent): void {
  const images = event.dataTransfer === null ? [] : imagesOf(event.dataTransfer)
  if (event.dataTransfer?.types.includes('Files') !== true) return
  // Else the browser opens the file in place of the page.
  take(event)
  const cell = event.target instanceof Element ? event.target.closest('.cell') : null
  const id = cell?.id.replace(/^cell-/, '') ?? null
  if (images.length > 0) void addImages(notebook, images, { cell: id, atCaret: false })
  else void uploadAndRead(notebook, [...event.dataTransfer.files], id ?? notebook.order.get().at(-1) ?? null)
}

function take(event: Event): void {
  event.preventDefault()
  event.stopPropagation()
}
