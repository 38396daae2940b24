/**
 * Images that are pasted or dropped: each becomes an attachment of a Markdown cell (nbformat 4), and the cell's text
 * shows it. A cell of another type gets a Markdown cell behind it.
 */
import { cellSource, cellType, findCell } from '@yesterday/server/contract/document.ts'
import { isEmbeddableImage } from '@yesterday/server/contract/mime-rules.ts'
import { t } from '../../text/text.ts'
import { notify } from '../../ui/notices.ts'
import { attach, attachmentName, imageReference } from '../attach.ts'
import type { Notebook } from '../notebook.ts'

/** An update of the document has at most 16 MiB, and base64 needs a third more than the image. */
const MAX_IMAGE = 8 * 1024 * 1024

export interface ImagePlace {
  /** The cell that was pasted or dropped into; null where there is none. */
  readonly cell: string | null
  /** Whether the text comes at the caret of the cell's editor; else at the end of the cell. */
  readonly atCaret: boolean
}

/** The images among files that are pasted or dropped. */
export const imagesOf = ({ files }: DataTransfer): readonly File[] =>
  [...files].filter(({ type }) => isEmbeddableImage(type))

/** Attaches the images that are not too large, as one step of undo. */
export async function addImages(
  notebook: Notebook,
  images: readonly File[],
  { cell, atCaret }: ImagePlace,
): Promise<void> {
  const fitting = images.filter(({ size }) => size <= MAX_IMAGE)
  for (const { name, size } of images)
    if (size > MAX_IMAGE) notify('warning', t('attach.tooLarge', { name, size: Math.ceil(size / 1024 ** 2) }))
  const read = await Promise.all(fitting.map(readImage)).catch((error: unknown) => {
    notify('error', t('attach.unreadable', { reason: String(error) }))
    return []
  })
  if (read.length === 0) return
  const isMarkdown = cell !== null && notebook.typeOf(cell) === 'markdown'
  notebook.undo.stopCapturing()
  const target = isMarkdown ? cell : notebook.edits.insert(notebook.placeBehind(cell), 'markdown')
  const offset = isMarkdown && atCaret ? notebook.pool.caretIn(target) : undefined
  write(notebook, target, read, offset)
  notebook.undo.stopCapturing()
  if (!isMarkdown) notebook.reveal(target)
}

interface ImageData {
  readonly name: string
  readonly mime: string
  readonly base64: string
}

function write(
  notebook: Notebook,
  id: string,
  images: readonly ImageData[],
  offset: number | undefined,
): void {
  const found = findCell(notebook.doc, id)
  if (found === null || cellType(found.cell) !== 'markdown') return
  const { cell } = found
  notebook.doc.transact(() => {
    const source = cellSource(cell)
    const references = images.map(({ name, mime, base64 }) => {
      const own = attachmentName(cell, name)
      attach(cell, own, mime, base64)
      return imageReference(own)
    })
    const text = references.join('\n')
    if (offset !== undefined) source.insert(Math.min(offset, source.length), text)
    else source.insert(source.length, source.length === 0 ? text : `\n\n${text}`)
  }, notebook.origin)
}

async function readImage(file: File): Promise<ImageData> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const reader = new FileReader()
  reader.onload = () => resolve(String(reader.result))
  reader.onerror = () => reject(reader.error)
  reader.readAsDataURL(file)
  const base64 = (await promise).replace(/^[^,]*,/, '')
  return { name: file.name, mime: file.type, base64 }
}
