/** Draws an nbformat output inside a frame: text, errors and pictures here, all else by its renderer. */
import { chooseForm, type Form, isBinaryMime } from '@yesterday/server/contract/mime-rules.ts'
import { parseAnsi } from '../outputs/ansi.ts'
import { type Output, readOutput } from '../outputs/output.ts'
import type { FrameContext } from './context.ts'

export async function drawOutput(json: unknown, context: FrameContext): Promise<void> {
  const output = typeof json === 'object' && json !== null ? readOutput({ ...json }) : null
  if (output === null) return
  if (output.output_type === 'stream') drawText(textOf(output.text), context, `text-${output.name}`)
  else if (output.output_type === 'error') drawText(tracebackOf(output), context, 'text-error')
  else await drawValue(output, context)
}

type Value = Extract<Output, { data: unknown }>

async function drawValue({ data, metadata }: Value, context: FrameContext): Promise<void> {
  const form = chooseForm(data)
  if (form === null) return
  const value = textOf(form.value)
  if (form.drawer === 'frame' || form.drawer === 'widget')
    await context.render({ mime: form.mime, value, metadata }, context.element)
  else if (form.drawer === 'image') drawPicture(form, value, context)
  else drawText(value, context, 'text-plain')
}

function drawPicture({ mime }: Form, value: string, { element }: FrameContext): void {
  const picture = document.createElement('img')
  picture.alt = ''
  picture.src = isBinaryMime(mime)
    ? `data:${mime};base64,${value.replace(/\s/g, '')}`
    : `data:${mime};utf8,${encodeURIComponent(value)}`
  element.append(picture)
}

function drawText(text: string, { element }: FrameContext, className: string): void {
  const box = document.createElement('pre')
  box.className = `text ${className}`
  box.textContent = parseAnsi(text)
    .map((span) => span.text)
    .join('')
  element.append(box)
}

function tracebackOf({ ename, evalue, traceback }: Extract<Output, { traceback?: unknown }>): string {
  return Array.isArray(traceback) && traceback.length > 0 ? traceback.join('\n') : `${ename}: ${evalue}`
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.join('') : JSON.stringify(value)
