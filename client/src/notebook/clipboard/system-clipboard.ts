/** The system clipboard. Only an event of copying may write a MIME type of our own, so one is caused where none came. */
import type { CellCopy } from '../cell-copy.ts'
import { CELLS_MIME, plainText, writeCells } from './cells-data.ts'

/** Puts cells on the clipboard of a `copy` or `cut` event. */
export function fillClipboard(event: ClipboardEvent, cells: readonly CellCopy[]): void {
  event.preventDefault()
  event.clipboardData?.setData(CELLS_MIME, writeCells(cells))
  event.clipboardData?.setData('text/plain', plainText(cells))
}

/** Puts cells on the system clipboard; call it while a key or button is handled. */
export function writeToSystem(cells: readonly CellCopy[]): void {
  const over = new AbortController()
  const options = { signal: over.signal, capture: true }
  let isWritten = false
  document.addEventListener(
    'copy',
    (event) => {
      event.stopImmediatePropagation()
      fillClipboard(event, cells)
      isWritten = true
    },
    options,
  )
  // Where nothing is selected, Chromium copies only if this event is taken.
  document.addEventListener('beforecopy', (event) => event.preventDefault(), options)
  try {
    document.execCommand('copy')
  } finally {
    over.abort()
  }
  if (!isWritten) void navigator.clipboard?.writeText(plainText(cells)).catch(() => undefined)
}
