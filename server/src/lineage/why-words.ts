/** pure. The words of a receipt. */
import type { ChangedRoot, ChangedSince, RunName, WhyInput } from '../../contract/past.ts'
import type { Edge, Receipt } from '../../contract/run.ts'

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

/** So many inputs are named in the sentence; the list has them all. */
const NAMED = 6

/** “made by run 14 of `train`, from `X` (run 9) and `births.csv` (changed since)” */
export function headlineOf({ receipt, run, inputs, roots, output, name }: WhyFacts): string {
  const what = name === null ? (output === null ? null : outputName(receipt, output)) : code(name)
  const made = `${what === null ? 'made' : `${what} was made`} by run ${run.order} of ${cellName(run)}`
  const further = roots.length === 0 ? '' : `; further up, ${listed(few(roots.map(rootName)))} changed since`
  if (inputs.length === 0) return `${made}, from nothing but its own code`
  return `${made}, from ${listed(few(inputs.map(({ words }) => words)))}${further}`
}

function few(words: readonly string[]): readonly string[] {
  const rest = words.length - NAMED
  return rest > 0 ? [...words.slice(0, NAMED), `${rest} more`] : words
}

const rootName = ({ kind, name, by }: ChangedRoot): string =>
  kind === 'code' ? `the code of ${cellName(by)}` : kind === 'module' ? `module ${code(name)}` : code(name)

/** One thing that changed further up, and by which runs it came here. */
function rootWords(root: ChangedRoot, receipt: Receipt): string {
  const { kind, changed, by, through } = root
  const did = kind === 'code' ? 'ran' : kind === 'module' ? 'imported it' : 'read it'
  const state = changed === 'gone' ? 'is no longer there; it was when' : 'has changed since'
  const way =
    through.length === 0 ? '' : `, by way of ${listed(few(through.map((run) => makerWords(run, receipt))))}`
  return `Further up, ${rootName(root)} ${state} ${makerWords(by, receipt)} ${did}${way}.`
}

function outputName({ outputs }: Receipt, index: number): string {
  const output = outputs[index]
  return output === undefined ? `output ${index}` : `output ${index} (${output.mime})`
}

/** A cell by its first words: people know it by its code. */
export function cellName({ cell, title, notebook }: RunName): string {
  const words = title.length > 40 ? `${title.slice(0, 39)}…` : title
  const place = cell === null ? notebook : `cell ${cell}`
  return words === '' ? place : `${code(words)} (${place})`
}

/** One input: its name, who made it, and what happened to it since. */
export function inputWords(edge: Edge, by: RunName | null, changed: ChangedSince, receipt: Receipt): string {
  const facts = [
    by === null ? null : makerWords(by, receipt),
    changedWords(edge, changed),
    edge.edge === 'observed' ? null : edge.edge === 'maybe' ? 'perhaps' : 'by its code',
  ].filter((fact) => fact !== null)
  return facts.length === 0 ? code(edge.name) : `${code(edge.name)} (${facts.join(', ')})`
}

function makerWords(by: RunName, { session, notebook }: Receipt): string {
  if (by.session === session) return `run ${by.order}`
  return by.notebook === notebook
    ? `run ${by.order} of an earlier session`
    : `run ${by.order} of ${by.notebook}`
}

function changedWords({ kind, digest }: Edge, changed: ChangedSince): string | null {
  if (changed === 'yes') return 'changed since'
  if (changed === 'gone') return kind === 'variable' ? 'deleted since' : 'no longer there'
  return kind === 'file' && digest === null ? 'content not captured' : null
}

/** What else there is to say, a sentence each. */
export function* linesOf({ receipt, run, roots, sourceChanged, notReplayable }: WhyFacts): Generator<string> {
  const { actor, started, ended, cost, error, death, outcome } = receipt
  yield `${actor.name} asked for it; it ${started === null ? 'never started' : `ran from ${started} to ${ended}`} in ${run.notebook}.`
  if (error !== null) yield `It failed: ${error.ename}: ${error.evalue}`
  else if (outcome !== 'ok') yield `It ended as ${outcome}${death === null ? '' : `: ${death}`}.`
  for (const root of roots.slice(0, NAMED)) yield rootWords(root, receipt)
  if (sourceChanged === true) yield 'The last run of this cell ran other code than this.'
  const python = pythonOf(receipt)
  if (python !== null) yield `It ran on Python ${python}.`
  if (cost !== null)
    yield `It took ${round(cost.wallMs)} ms, ${round(cost.cpuMs)} ms of them on the processor.`
  for (const { what, why } of receipt.notCaptured) yield `Not captured: ${what}, because ${why}`
  if (notReplayable !== null) yield `It can no longer be replayed, because ${notReplayable}.`
}

function pythonOf({ environment }: Receipt): string | null {
  const python = environment?.facets.python
  if (typeof python === 'string') return python
  if (typeof python !== 'object' || python === null || !('version' in python)) return null
  return typeof python.version === 'string' ? python.version : null
}

const round = (ms: number) => Math.round(ms)

const code = (text: string): string => `\`${text}\``

/** “a”, “a and b”, “a, b and c”. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}
