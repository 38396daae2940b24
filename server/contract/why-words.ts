/**
 * pure. "Why?" in words: which run made it, from what, and what has changed since. The page renders the pieces of the
 * first sentence as links; the command line, exports and the HTTP API join them. Invariant: a sentence says no more than
 * the record does.
 */
import { durationText, listText } from './amounts.ts'
import type { ChangedRoot, ChangedSince, RunName, WhyInput } from './past.ts'
import { hostText } from './receipt-words.ts'
import type { Edge, Receipt } from './run.ts'
import type { Locale, Say } from './words.ts'

export interface WhyFacts {
  readonly receipt: Receipt
  readonly run: RunName
  readonly inputs: readonly WhyInput[]
  readonly roots: readonly ChangedRoot[]
  readonly output: number | null
  readonly name: string | null
  readonly sourceChanged: boolean | null
  readonly notReplayable: string | null
}

/** A piece of a sentence: words, a name as code, words beside it, a remark that something changed, or a run that can be gone to. */
export type Piece =
  | { readonly kind: 'words' | 'name' | 'aside' | 'changed'; readonly text: string }
  | { readonly kind: 'run'; readonly text: string; readonly run: string }

/** An input as the first sentence names it. */
export interface NamedInput {
  readonly name: string
  /** In parentheses after the name. */
  readonly notes: readonly Piece[]
}

/** So many inputs are named in the sentence; lists have them all. */
const NAMED = 6

const words = (text: string): Piece => ({ kind: 'words', text })
const aside = (text: string): Piece => ({ kind: 'aside', text })

/** "Made by run 14 of its session, in cell 3, from `X` (run 9) and `births.csv` (changed since)." */
export function leadPieces(
  { order, cell }: { readonly order: number; readonly cell: number | null },
  what: string | null,
  inputs: readonly NamedInput[],
  say: Say,
): readonly Piece[] {
  const made = madeWords(order, cell, what, say)
  if (inputs.length === 0) return [words(say('why.fromNothing', { made }))]
  const named = inputs.slice(0, NAMED).map((input) => inputPieces(input, say.locale))
  const more = inputs.length - named.length
  const items = more > 0 ? [...named, [words(say('why.more', { count: more }))]] : named
  return [words(`${say('why.from', { made })} `), ...joined(items, say.locale), words(say('why.end'))]
}

function madeWords(order: number, cell: number | null, what: string | null, say: Say): string {
  if (what === null)
    return cell === null ? say('why.madeElsewhere', { order }) : say('why.made', { order, cell })
  return cell === null
    ? say('why.thingElsewhere', { what, order })
    : say('why.thingMade', { what, order, cell })
}

function inputPieces({ name, notes }: NamedInput, locale: Locale): readonly Piece[] {
  const thing: Piece = { kind: 'name', text: name }
  if (notes.length === 0) return [thing]
  const between = locale === 'zh' ? '，' : ', '
  const inside = notes.flatMap((note, index) => (index === 0 ? [note] : [aside(between), note]))
  return [thing, aside(' ('), ...inside, aside(')')]
}

/** The pieces of items, joined as the language joins a list. */
function joined(items: readonly (readonly Piece[])[], locale: Locale): readonly Piece[] {
  const parts = new Intl.ListFormat(locale).formatToParts(items.map((_, index) => String(index)))
  return parts.flatMap(({ type, value }) =>
    type === 'element' ? (items[Number(value)] ?? []) : words(value),
  )
}

/** As one text; names are in backquotes. */
export const pieceText = (pieces: readonly Piece[]): string =>
  pieces.map(({ kind, text }) => (kind === 'name' ? code(text) : text)).join('')

/** The answer in a sentence, with what changed further up. */
export function headlineOf({ receipt, run, inputs, roots, output, name }: WhyFacts, say: Say): string {
  const what = name === null ? (output === null ? null : outputName(receipt, output, say)) : code(name)
  const named = inputs.map(({ edge, by, changed }) => namedInput(edge, by, changed, receipt, say))
  const lead = pieceText(leadPieces({ order: run.order, cell: run.cell }, what, named, say))
  if (roots.length === 0) return lead
  const names = listText(
    few(
      roots.map((root) => rootName(root, say)),
      say,
    ),
    say.locale,
  )
  return `${lead}${say.locale === 'zh' ? '' : ' '}${say('why.further', { names })}`
}

function namedInput(
  edge: Edge,
  by: RunName | null,
  changed: ChangedSince,
  receipt: Receipt,
  say: Say,
): NamedInput {
  const isLost = edge.kind === 'file' && edge.digest === null
  const notes: readonly (Piece | null)[] = [
    by === null ? null : { kind: 'run', text: makerWords(by, receipt, say), run: by.run },
    changed === 'yes' ? { kind: 'changed', text: say('now.changed') } : null,
    changed === 'gone' ? { kind: 'changed', text: say('now.gone') } : null,
    isLost && changed !== 'yes' && changed !== 'gone' ? words(say('receipt.noDigest')) : null,
    edge.edge === 'observed' ? null : words(say(`edge.${edge.edge}`)),
  ]
  return { name: edge.name, notes: notes.filter((note) => note !== null) }
}

/** One input: "`X` (run 9)", "`births.csv` (changed since)". */
export const inputWords = (
  { edge, by, changed }: Pick<WhyInput, 'edge' | 'by' | 'changed'>,
  receipt: Receipt,
  say: Say,
): string => pieceText(inputPieces(namedInput(edge, by, changed, receipt, say), say.locale))

function few(names: readonly string[], say: Say): readonly string[] {
  const rest = names.length - NAMED
  return rest > 0 ? [...names.slice(0, NAMED), say('why.more', { count: rest })] : names
}

function rootName({ kind, name, by }: ChangedRoot, say: Say): string {
  if (kind === 'code') return `${say('roots.code')} ${cellName(by, say)}`
  return kind === 'module' ? `${say('roots.module')} ${code(name)}` : code(name)
}

/** One thing that changed further up, and by which runs it came here. */
function rootWords(root: ChangedRoot, receipt: Receipt, say: Say): string {
  const { kind, changed, by, through } = root
  const runs = few(
    through.map((run) => makerWords(run, receipt, say)),
    say,
  )
  return say(changed === 'gone' ? 'roots.gone' : 'roots.changed', {
    name: rootName(root, say),
    run: makerWords(by, receipt, say),
    did: say(`roots.did.${kind}`),
    way: runs.length === 0 ? '' : say('roots.way', { runs: listText(runs, say.locale) }),
  })
}

function outputName({ outputs }: Receipt, index: number, say: Say): string {
  const mime = outputs[index]?.mime
  const name = say('why.output', { index: String(index) })
  return mime === undefined ? name : `${name} (${mime})`
}

/** A cell by its first words: people know it by its code. */
function cellName({ cell, title, notebook }: RunName, say: Say): string {
  const shown = title.length > 40 ? `${title.slice(0, 39)}…` : title
  const place = cell === null ? notebook : say('why.cell', { cell })
  return shown === '' ? place : `${code(shown)} (${place})`
}

function makerWords({ order, session, notebook }: RunName, receipt: Receipt, say: Say): string {
  if (session === receipt.session) return say('why.run', { order })
  return notebook === receipt.notebook
    ? say('why.runEarlier', { order })
    : say('why.runOf', { order, notebook })
}

/** What else there is to say, a sentence each; `time` shows a moment. */
export function* linesOf(
  { receipt, run, roots, sourceChanged, notReplayable }: WhyFacts,
  say: Say,
  time: (timestamp: string) => string = (timestamp) => timestamp,
): Generator<string> {
  const { actor, started, ended, cost } = receipt
  const asked = { actor: actor.name, notebook: run.notebook }
  yield started === null
    ? say('why.neverStarted', asked)
    : say('why.asked', { ...asked, start: time(started), end: time(ended) })
  yield* failureOf(receipt, say)
  for (const root of roots.slice(0, NAMED)) yield rootWords(root, receipt, say)
  if (sourceChanged === true) yield say('why.otherCode')
  const python = pythonOf(receipt)
  if (python !== null) yield say('why.python', { version: python })
  if (receipt.host) yield say('why.host', { host: hostText(receipt.host, say) })
  if (cost !== null)
    yield say('why.took', { time: durationText(cost.wallMs, say), cpu: durationText(cost.cpuMs, say) })
  for (const { what, why } of receipt.notCaptured) yield say('why.notCaptured', { what, why })
  if (notReplayable !== null) yield say('why.notReplayable', { why: notReplayable })
}

function* failureOf({ error, outcome, death }: Receipt, say: Say): Generator<string> {
  if (error !== null) yield say('why.failed', { error: `${error.ename}: ${error.evalue}` })
  else if (outcome !== 'ok') yield `${say(`outcome.${outcome}`)}${death === null ? '' : `: ${death}`}.`
}

function pythonOf({ environment }: Receipt): string | null {
  const python = environment?.facets.python
  if (typeof python === 'string') return python
  if (typeof python !== 'object' || python === null || !('version' in python)) return null
  return typeof python.version === 'string' ? python.version : null
}

const code = (text: string): string => `\`${text}\``
