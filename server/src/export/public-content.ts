/**
 * What a public link shows, as HTML without script: outputs of a run, its receipt in words, or a checkpoint whose cells have
 * the outputs of their last run with that source. Invariant: all of it is masked as an export is, when it is asked for.
 */
import { outputGroups } from '../../contract/output-groups.ts'
import type { PublicContent } from '../../contract/public-links.ts'
import type { OutputEntry } from '../../contract/run.ts'
import type { CellForm } from '../document/cell-form.ts'
import { maskedForm, maskedReader, maskedReceipt } from '../document/masked-export.ts'
import { readState } from '../lineage/checkpoint-state.ts'
import type { RunSide } from '../lineage/diff.ts'
import { loadRun } from '../lineage/named-side.ts'
import { type FileState, whyOf } from '../lineage/why.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { ObjectStore, RunIndex } from '../store/ports.ts'
import { outputHtml } from './html-output.ts'
import { cellHtml } from './html-page.ts'
import { outputsOf, whyCell } from './lineage/report.ts'

export interface PublicSources {
  readonly index: Omit<RunIndex, 'rebuild'>
  readonly objects: Pick<ObjectStore, 'get'>
  readonly secrets: Secrets
  readonly fileState: FileState
}

export interface PublicShown {
  readonly html: string
  /** The first picture, as previews can show it. */
  readonly picture: OutputEntry | null
}

/** Bytes of outputs that a page has at most; later ones are left out. */
const MOST_BYTES = 24 * 1024 * 1024
const PREVIEW_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg'])

/** Null where it is not in the history any more. */
export function publicContent(sources: PublicSources, what: PublicContent): Promise<PublicShown | null> {
  return what.kind === 'result' ? result(sources, what) : checkpoint(sources, what.checkpoint)
}

/** The bytes of a picture, masked; null where they are gone or hold a secret. */
export const pictureOf = (
  { objects, secrets }: Pick<PublicSources, 'objects' | 'secrets'>,
  { digest }: OutputEntry,
) => readerOf({ objects, secrets })(digest)

const readerOf = ({ objects, secrets }: Pick<PublicSources, 'objects' | 'secrets'>) =>
  maskedReader((digest) => objects.get(digest).catch(() => null), secrets)

async function result(
  sources: PublicSources,
  { run, receipt: hasReceipt, output }: Extract<PublicContent, { kind: 'result' }>,
): Promise<PublicShown | null> {
  const whole = await runOf(sources, run)
  const side = whole === null || output === undefined ? whole : withOutput(whole, output)
  if (side === null) return null
  const outputs = await outputsOf(bounded(side, { left: MOST_BYTES }), readerOf(sources))
  const html = outputs.map(outputHtml).join('\n')
  const picture = previewOf(side)
  if (!hasReceipt) return { html, picture }
  const { index, fileState, secrets } = sources
  const why = await whyOf(index, fileState, { receipt: side.receipt, output: null, name: null })
  const words = cellHtml(whyCell(secrets.masker.maskTree(why)))
  const source = cellHtml({ ...emptyCell, source: side.receipt.source, outputs: [] })
  return { html: [html, words, source].join('\n'), picture }
}

const emptyCell = { id: '', metadata: {}, attachments: null, executionCount: null, type: 'code' } as const

/** A run as it is shown, masked; null where it is unknown or has not ended. */
export async function runOf(
  { index, secrets }: Pick<PublicSources, 'index' | 'secrets'>,
  run: string,
): Promise<RunSide | null> {
  const side = await loadRun(index, run)
  return side && { ...side, receipt: maskedReceipt(side.receipt, secrets) }
}

async function checkpoint(sources: PublicSources, id: string): Promise<PublicShown | null> {
  const { index, objects, secrets } = sources
  const found = (await index.checkpoints()).find((one) => one.checkpoint === id)
  const bytes = found === undefined ? null : await objects.get(found.state).catch(() => null)
  const form = bytes && readState(bytes)
  if (found === undefined || !form) return null
  const notebook = (await index.notebookOf(id)) ?? found.notebook
  const budget = { left: MOST_BYTES }
  const parts: string[] = []
  let picture: OutputEntry | null = null
  for (const cell of form.cells) {
    const side = cell.type === 'code' ? await lastRun(sources, notebook, cell, found.at) : null
    const outputs = side === null ? [] : await outputsOf(bounded(side, budget), readerOf(sources))
    picture ??= side === null ? null : previewOf(side)
    const [masked = cell] = maskedForm({ ...form, cells: [cell] }, secrets).cells
    parts.push(cellHtml({ ...masked, outputs: cell.type === 'code' ? outputs : null }))
  }
  return { html: parts.join('\n'), picture }
}

/** The last run of a cell before the checkpoint, if it ran what the checkpoint has. */
async function lastRun(
  sources: PublicSources,
  notebook: string,
  { id, source }: CellForm,
  until: string,
): Promise<RunSide | null> {
  const [last] = (await sources.index.page({ notebook, cellId: id, until, limit: 1 })).runs
  const side = last === undefined ? null : await loadRun(sources.index, last.run)
  if (side === null || side.receipt.source !== source) return null
  return { ...side, receipt: maskedReceipt(side.receipt, sources.secrets) }
}

/** The run with one of its outputs; null where it has no such output. */
export function withOutput(side: RunSide, output: number): RunSide | null {
  const outputs = outputGroups(side.receipt.outputs)[output]
  if (outputs === undefined) return null
  const error = outputs.some(({ outputType }) => outputType === 'error') ? side.receipt.error : null
  return { ...side, receipt: { ...side.receipt, outputs: [...outputs], error } }
}

/** The run without the outputs that the page has no room for. */
function bounded(side: RunSide, budget: { left: number }): RunSide {
  const outputs = side.receipt.outputs.filter(({ size }) => {
    budget.left -= size
    return budget.left >= 0
  })
  return { ...side, receipt: { ...side.receipt, outputs } }
}

/** The first picture of a run, as previews can show it. */
export const previewOf = ({ receipt }: RunSide): OutputEntry | null =>
  receipt.outputs.find(({ mime }) => PREVIEW_TYPES.has(mime)) ?? null
