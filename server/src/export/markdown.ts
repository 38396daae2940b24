/** pure. A notebook as Markdown: text as it is, code in fences, outputs as text and pictures within the file. */
import { isBinaryMime, isEmbeddableImage } from '../../contract/mime-rules.ts'
import type { CellForm, NotebookForm, OutputForm } from '../document/cell-form.ts'
import { isJsonObject, type JsonObject } from '../document/json-value.ts'
import { languageOf } from '../document/language.ts'
import { asText, printedOutput } from './html-output.ts'
import { attachmentUrl } from './html-page.ts'

export function markdownText(form: NotebookForm): string {
  const { name } = languageOf(form)
  const parts = form.cells.flatMap((cell) => part(cell, name)).filter((text) => text.trim() !== '')
  return `${parts.join('\n\n')}\n`
}

function part(cell: CellForm, language: string): readonly string[] {
  if (cell.type === 'markdown') return [withPictures(cell).trimEnd()]
  if (cell.source.trim() === '' && (cell.outputs ?? []).length === 0) return []
  if (cell.type === 'raw') return [fenced(cell.source, '')]
  return [fenced(cell.source, language), ...(cell.outputs ?? []).map(outputText)]
}

/** Attached pictures become part of the text. */
const withPictures = ({ source, attachments }: CellForm): string =>
  source.replace(/\]\(attachment:([^)\s]+)\)/g, (_, name: string) => `](${attachmentUrl(attachments, name)})`)

/** The fence is longer than any in the text. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`
}

function outputText(output: OutputForm): string {
  const { data } = output
  const picture = isJsonObject(data) ? pictureOf(data) : null
  if (picture !== null) return picture
  const text = printedOutput(output)
  return text.trim() === '' ? '' : fenced(text, '')
}

function pictureOf(data: JsonObject): string | null {
  const mime = Object.keys(data).find(isEmbeddableImage)
  if (mime === undefined) return null
  const value = asText(data[mime])
  const base64 = isBinaryMime(mime)
    ? value.replace(/[^A-Za-z0-9+/=]/g, '')
    : Buffer.from(value).toString('base64')
  const alt = asText(data['text/plain'])
    .replace(/[[\]\n\\]/g, ' ')
    .slice(0, 100)
  return `![${alt}](data:${mime};base64,${base64})`
}
