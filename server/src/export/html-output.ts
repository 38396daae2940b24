/**
 * pure. An output as HTML that does nothing. Invariant: of what a cell said only text and pictures are put into the
 * page itself; HTML of its own goes into a frame where no script runs and nothing is loaded.
 */
import { stripVTControlCharacters } from 'node:util'
import { isBinaryMime, isEmbeddableImage, PRINTED_TYPES } from '../../contract/mime-rules.ts'
import type { OutputForm } from '../document/cell-form.ts'
import { isJsonObject, type Json, type JsonObject } from '../document/json-value.ts'
import { TerminalText } from '../session/terminal-text.ts'
import { escapeHtml } from './html.ts'

/** One output of a code cell. */
export function outputHtml(output: OutputForm): string {
  const { output_type: type, data } = output
  if (type === 'stream') return pre(printedOutput(output), output.name === 'stderr' ? 'stderr' : 'stdout')
  if (type === 'error') return pre(printedOutput(output), 'error')
  return isJsonObject(data) ? bundleHtml(data) : ''
}

/** What an output prints, without its pictures; '' where it has no text. */
export function printedOutput(output: OutputForm): string {
  const { output_type: type, text, data } = output
  if (type === 'stream') return terminalText(asText(text))
  if (type === 'error') return terminalText(errorText(output))
  return isJsonObject(data) ? terminalText(printedText(data)) : ''
}

/** The richest form that a page without script can show. */
function bundleHtml(data: JsonObject): string {
  const picture = Object.keys(data).find(isEmbeddableImage)
  const plain = asText(data['text/plain'])
  if (picture !== undefined) return image(picture, asText(data[picture]), plain)
  const html = asText(data['text/html'])
  if (html !== '') return frame(html, plain)
  const text = printedText(data)
  if (text !== '') return pre(terminalText(text), 'result')
  return pre(`[An output that a page cannot show: ${Object.keys(data).join(', ')}]`, 'result')
}

function printedText(data: JsonObject): string {
  const printed = PRINTED_TYPES.flatMap((names) => Object.keys(data).filter((mime) => names.test(mime)))
  return printed.map((mime) => asText(data[mime])).find((text) => text !== '') ?? ''
}

function image(mime: string, value: string, alt: string): string {
  const base64 = isBinaryMime(mime) ? value.replace(/\s/g, '') : Buffer.from(value).toString('base64')
  return `<img src="data:${escapeHtml(mime)};base64,${escapeHtml(base64)}" alt="${escapeHtml(alt)}">`
}

const LINE_PX = 28
const MOST_PX = 480

/** The frame cannot report its height without script: it is guessed from the rows of a table. */
function frame(html: string, title: string): string {
  const rows = Math.max(html.match(/<(?:tr|p|li|div)\b/gi)?.length ?? 0, 2)
  const height = Math.min((rows + 2) * LINE_PX, MOST_PX)
  const name = escapeHtml(title.slice(0, 80) || 'output')
  return `<iframe sandbox title="${name}" style="height:${height}px" srcdoc="${escapeHtml(html)}"></iframe>`
}

const pre = (text: string, kind: string): string => `<pre class="${kind}">${escapeHtml(text)}</pre>`

/** As a terminal would leave it, without colours. */
function terminalText(text: string): string {
  const screen = new TerminalText()
  screen.write(text)
  return stripVTControlCharacters(screen.text)
}

function errorText({ ename, evalue, traceback }: OutputForm): string {
  const lines = Array.isArray(traceback) ? traceback.map(asText) : []
  return lines.length > 0 ? lines.join('\n') : `${asText(ename)}: ${asText(evalue)}`
}

/** A text as it is, all else as JSON. */
export const asText = (value: Json | undefined): string =>
  typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? ''
      : JSON.stringify(value, null, 2)
