/**
 * The receipt in words a person would say: what made it, from what, and what of that has changed since. Invariant: a
 * sentence says no more than the record does; what cannot be known is called unknown.
 */
import type { ChangedSince, RunName, Why, WhyInput } from '../../contract/past.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import { headlineOf, inputWords, linesOf } from '../../contract/why-words.ts'
import { sayIn } from '../../contract/words.ts'
import type { RunIndex } from '../store/ports.ts'
import { furtherUp } from './roots.ts'
import { producerOf } from './slice.ts'

export type WhySource = Pick<
  RunIndex,
  'runNames' | 'links' | 'fileProducer' | 'laterVersion' | 'lastSource' | 'dropped' | 'receipt'
>

/** A file of a notebook as it is now: its digest, `gone`, or `unknown` where it was not read. */
export type FileState = (notebook: string, name: string) => Promise<string>

export interface WhyQuestion {
  readonly receipt: Receipt
  /** An output's place, from 0. */
  readonly output: number | null
  /** Something that the run used or generated. */
  readonly name: string | null
}

/** Inputs that nearly every run has, and that say nothing in a receipt's words. */
const silent: ReadonlySet<Edge['kind']> = new Set(['environment', 'state', 'module'])

export async function whyOf(
  source: WhySource,
  fileState: FileState,
  { receipt, output, name }: WhyQuestion,
): Promise<Why> {
  const [run] = await source.runNames([receipt.run])
  if (run === undefined) throw new Error(`run ${receipt.run} has a receipt and no name`)
  const inputs: WhyInput[] = []
  for (const edge of distinctEdges(receipt.used)) inputs.push(await inputOf(source, fileState, receipt, edge))
  const sourceChanged = await isSourceChanged(source, receipt)
  const notReplayable = await whyNotReplayable(source, receipt)
  const roots = await furtherUp(source, fileState, receipt.run)
  const facts = { receipt, run, inputs, roots, output, name, sourceChanged, notReplayable }
  return {
    run,
    about: { output, name },
    headline: headlineOf(facts, sayIn.en),
    lines: [...linesOf(facts, sayIn.en)],
    inputs,
    roots: [...roots],
    sourceChanged,
    notReplayable,
    ...(receipt.use === undefined ? {} : { use: receipt.use }),
  }
}

/** Each thing once: a frame of which ten columns were read is one input. */
function distinctEdges(edges: readonly Edge[]): readonly Edge[] {
  const once = new Map<string, Edge>()
  for (const edge of edges) {
    const key = `${edge.kind} ${edge.name} ${edge.version}`
    if (!silent.has(edge.kind) && !once.has(key)) once.set(key, edge)
  }
  return [...once.values()]
}

async function inputOf(
  source: WhySource,
  fileState: FileState,
  receipt: Receipt,
  edge: Edge,
): Promise<WhyInput> {
  const maker = await producerOf(source, edge, receipt.run)
  const { changed, by: changer } = await changeOf(source, fileState, receipt, edge)
  const names = await source.runNames([maker, changer].filter((run) => run !== null))
  const find = (run: string | null): RunName | null => names.find((name) => name.run === run) ?? null
  const by = find(maker)
  const words = inputWords({ edge, by, changed }, receipt, sayIn.en)
  return { edge, by, changed, changedBy: find(changer), words }
}

interface Change {
  readonly changed: ChangedSince
  readonly by: string | null
}

const unknown: Change = { changed: 'unknown', by: null }

async function changeOf(
  source: WhySource,
  fileState: FileState,
  receipt: Receipt,
  edge: Edge,
): Promise<Change> {
  if (edge.kind === 'variable') return variableChange(source, receipt, edge)
  if (edge.kind !== 'file' || edge.digest === null) return unknown
  const now = await fileState(receipt.notebook, edge.name)
  if (now === 'unknown') return unknown
  return { changed: now === 'gone' ? 'gone' : now === edge.digest ? 'no' : 'yes', by: null }
}

/** A variable changed if its session re-created it after the run that used it, or after its maker. */
async function variableChange(source: WhySource, { run }: Receipt, edge: Edge): Promise<Change> {
  const later = await source.laterVersion(edge.name, run, edge.parts)
  if (later === null) return { changed: 'no', by: null }
  return { changed: later.deleted ? 'gone' : 'yes', by: later.run }
}

async function isSourceChanged(
  source: WhySource,
  { run, cellId, sourceDigest }: Receipt,
): Promise<boolean | null> {
  const last = cellId === null ? null : await source.lastSource(run)
  return last === null ? null : last !== sourceDigest
}

/** Bytes that were deleted, of what it read: without them it cannot be run as it was. */
async function whyNotReplayable(source: WhySource, { used }: Receipt): Promise<string | null> {
  const stored = used.flatMap(({ kind, name, digest, value }) =>
    kind === 'file'
      ? [{ name, digests: [digest, value?.digest].filter((one) => typeof one === 'string') }]
      : [],
  )
  const dropped = await source.dropped(stored.flatMap(({ digests }) => digests))
  const lost = stored.filter(({ digests }) => digests.some((digest) => dropped.has(digest)))
  if (lost.length === 0) return null
  return `the bytes of ${lost.map(({ name }) => name).join(', ')} were deleted`
}
