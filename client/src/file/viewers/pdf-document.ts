/** PDF.js as the page uses it: its own worker, no script of documents, no code from strings. Import it by `import()`. */
import { GlobalWorkerOptions, getDocument, type PDFDocumentProxy, TextLayer } from 'pdfjs-dist'
import worker from 'pdfjs-dist/build/pdf.worker.min.mjs?url'

GlobalWorkerOptions.workerSrc = worker

export type { PDFDocumentProxy }
export { TextLayer }

/** Opens a document; `close` ends its worker. Rejects with a reason if the bytes are no PDF or need a password. */
export function openPdf(bytes: Uint8Array): {
  readonly document: Promise<PDFDocumentProxy>
  readonly close: () => void
} {
  const task = getDocument({ data: bytes, isEvalSupported: false, enableXfa: false, useWasm: false })
  return { document: task.promise, close: () => void task.destroy() }
}
