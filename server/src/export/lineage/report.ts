/**
 * A result as one HTML page that can be sent and kept: its receipt in words, its outputs, and the code of its slice.
 * It is the page that notebooks are exported as, and has its guarantees: no script, nothing loaded.
 */

import { isBinaryMime, isJsonMime } from '../../../contract/mime-rules.ts'
import { richestForms } from '../../../contract/output-groups.ts'
import type { Why } from '../../../contract/past.ts'
import type { OutputEntry } from '../../../contract/run.ts'
import type { CellForm, OutputForm } from '../../document/cell-form.ts'
import type { Json } from '../../document/json-value.ts'
import { recordedText } from '../../document/long-stream.ts'
import type { RunSide } from '../../lineage/diff.ts'
import type { ReadObject } from '../../lineage/diff-outputs.ts'
import { htmlPage } from '../html-page.ts'
import type { Exporter } from './exporter.ts'

export const report: Exporter = {
  format: 'html',
  title: 'an HTML report',
  body: async ({ scope, why, read }) => htmlReport(scope.title, scope.runs, await why(), read),
}

async function htmlReport(
  title: string,
  runs: readonly RunSide[],
  why: Why | null,
  read: ReadObject,
): Promise<string> {
  const cells: CellForm[] =
    why === null ? [markdown(`# ${inMarkdown(title)}`)] : [markdown(whyText(title, why))]
  for (const [index, side] of runs.entries()) {
    const shown = why === null || index === runs.length - 1
    cells.push(markdown(`### Run ${side.name.order} of ${inMarkdown(side.name.notebook)}`))
    cells.push(code(side, shown ? await outputsOf(side, read) : []))
  }
  return htmlPage(title, { nbformat: 4, minor: 5, metadata: {}, cells })
}

function whyText(title: string, { headline, lines, inputs }: Why): string {
  const sources = inputs.map(({ words, edge }) => `- ${edge.kind} ${words}`)
  const parts = [`# ${inMarkdown(title)}`, headline, ...lines.map(inMarkdown)]
  return [...parts, ...(sources.length === 0 ? [] : ['## From', sources.join('\n')]), '## Code'].join('\n\n')
}

/** The receipt in words, as a cell. */
export function whyCell({ headline, lines, inputs }: Why): CellForm {
  const sources = inputs.map(({ words, edge }) => `- ${edge.kind} ${words}`)
  return markdown([headline, ...lines.map(inMarkdown), sources.join('\n')].join('\n\n'))
}

/** Text that markdown would take for its own signs. */
const inMarkdown = (text: string): string => text.replace(/[\\`*_[\]<>#|~]/g, '\\$&')

const nothing = { id: '', metadata: {}, attachments: null, outputs: null, executionCount: null }
const markdown = (source: string): CellForm => ({ ...nothing, type: 'markdown', source })
const code = ({ receipt }: RunSide, outputs: readonly OutputForm[]): CellForm => ({
  ...nothing,
  type: 'code',
  source: receipt.source,
  outputs,
  executionCount: receipt.executionCount,
})

/** The outputs of a run as a page shows them. */
export async function outputsOf(
  { receipt }: Pick<RunSide, 'receipt'>,
  read: ReadObject,
): Promise<readonly OutputForm[]> {
  const outputs: OutputForm[] = []
  for (const entry of richestForms(receipt.outputs.filter(({ outputType }) => outputType !== 'error'))) {
    const bytes = await read(entry.digest)
    outputs.push(bytes === null ? gone(entry) : shown(entry, bytes, receipt.run))
  }
  const { error } = receipt
  return error === null ? outputs : [...outputs, { output_type: 'error', ...error }]
}

function shown({ mime, outputType, name }: OutputEntry, bytes: Uint8Array, run: string): OutputForm {
  if (outputType === 'stream')
    return { output_type: 'stream', name: name ?? 'stdout', text: recordedText(bytes, run) }
  const text = new TextDecoder().decode(bytes)
  const value: Json = isBinaryMime(mime)
    ? Buffer.from(bytes).toString('base64')
    : isJsonMime(mime)
      ? parsed(text)
      : text
  return { output_type: 'display_data', metadata: {}, data: { [mime]: value } }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const gone = ({ mime, digest }: OutputEntry): OutputForm => ({
  output_type: 'stream',
  name: 'stderr',
  text: `[The bytes of this output (${mime}, ${digest}) are no longer kept.]`,
})
