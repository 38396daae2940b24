/**
 * pure. Whether what a run showed and made is what it showed and made then. Invariant: `equal` names the rules that
 * make it so; a verdict never says more than its worst part.
 */
import { z } from 'zod'
import { ERROR_MIME } from '../../contract/mime.ts'
import { diffKind } from '../../contract/mime-rules.ts'
import type {
  OutputVerdict,
  StepVerdict,
  ToleranceRule,
  Verdict,
  VersionVerdict,
} from '../../contract/replay.ts'
import type { Edge, OutputEntry, Receipt } from '../../contract/run.ts'
import { looksSame, readPng } from './png.ts'
import { rulesBetween } from './tolerance.ts'

/** An output with its bytes; null if the store no longer has them. */
export interface ShownOutput extends Pick<OutputEntry, 'mime' | 'outputType' | 'name' | 'digest'> {
  readonly bytes: Uint8Array | null
}

const worseness: readonly Verdict[] = ['identical', 'equal', 'different', 'failed']

/** The worst of all; of none, identical. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce<Verdict>(
    (a, b) => (worseness.indexOf(b) > worseness.indexOf(a) ? b : a),
    'identical',
  )
}

/** Output by output, in the order in which they were shown. */
export function judgeOutputs(
  was: readonly ShownOutput[],
  is: readonly ShownOutput[],
): readonly OutputVerdict[] {
  return Array.from({ length: Math.max(was.length, is.length) }, (_, index) =>
    judgeOutput(index, was[index] ?? null, is[index] ?? null),
  )
}

function judgeOutput(index: number, was: ShownOutput | null, is: ShownOutput | null): OutputVerdict {
  const mime = was?.mime ?? is?.mime ?? ''
  const base = { index, mime, was: was?.digest ?? null, is: is?.digest ?? null }
  const different = (why: string): OutputVerdict => ({ ...base, verdict: 'different', rules: [], why })
  if (was === null) return different('it was not shown then')
  if (is === null) return different('it is not shown any more')
  if (was.mime !== is.mime || was.name !== is.name) return different(`it was ${was.mime}, is ${is.mime}`)
  if (was.digest === is.digest) return { ...base, verdict: 'identical', rules: [], why: null }
  if (was.bytes === null) return different('the bytes of then are gone')
  if (is.bytes === null) return different('the bytes of the replay are gone')
  const rules = rulesOf(mime, was.bytes, is.bytes)
  return rules === null
    ? different(differenceOf(mime, was.bytes, is.bytes))
    : { ...base, verdict: 'equal', rules: [...rules], why: null }
}

/** What differs, in words. */
function differenceOf(mime: string, was: Uint8Array, is: Uint8Array): string {
  const how = diffKind(mime)
  if (how === 'pixels') return 'the picture differs'
  if (how === 'bytes') return `its content differs: it had ${was.length} bytes, has ${is.length}`
  const [before, after] = [linesOf(mime, was), linesOf(mime, is)]
  const place = before.findIndex((line, index) => line !== after[index])
  const [then, now] = place < 0 ? [null, after[before.length]] : [before[place], after[place]]
  const line = place < 0 ? before.length + 1 : place + 1
  return `line ${line} of the output was ${quoted(then)}, is ${quoted(now)}`
}

const linesOf = (mime: string, bytes: Uint8Array): readonly string[] => textOf(mime, bytes).split('\n')

/** Characters of a line that are shown. */
const SHOWN = 60

function quoted(line: string | null | undefined): string {
  if (line == null) return 'not there'
  return `“${line.length > SHOWN ? `${line.slice(0, SHOWN).toWellFormed()}…` : line}”`
}

function rulesOf(mime: string, was: Uint8Array, is: Uint8Array): readonly ToleranceRule[] | null {
  const how = diffKind(mime)
  if (how === 'pixels') return imageRules(was, is)
  if (how === 'bytes') return null
  return rulesBetween(textOf(mime, was), textOf(mime, is))
}

function imageRules(was: Uint8Array, is: Uint8Array): readonly ToleranceRule[] | null {
  const [before, after] = [readPng(was), readPng(is)]
  return before !== null && after !== null && looksSame(before, after) ? ['image-noise'] : null
}

const ErrorOutput = z.object({ ename: z.string(), evalue: z.string() })

/** Tracebacks are compared by their error: their frames name files and lines of libraries. */
function textOf(mime: string, bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  if (mime !== ERROR_MIME) return text
  const { ename, evalue } = ErrorOutput.parse(JSON.parse(text))
  return `${ename}: ${evalue}`
}

/**
 * Versions by digest. What the agent could not see then or now is unknown, and decides nothing; nor does what is another
 * or is not there where parts of it were made by runs that were not repeated.
 */
export function judgeVersions(
  was: readonly Edge[],
  is: readonly Edge[],
  repeated: ReadonlySet<string>,
): readonly VersionVerdict[] {
  const now = new Map(is.map((edge) => [keyOf(edge), edge]))
  return was.filter(isJudged).map((edge) => {
    const other = now.get(keyOf(edge))
    const base = { kind: edge.kind, name: edge.name, was: edge.digest, is: other?.digest ?? null }
    const inPart = edge.makers.some((run) => !repeated.has(run))
    if (other === undefined) return { ...base, verdict: inPart ? 'in part' : 'missing' }
    if (edge.digest === null || other.digest === null) return { ...base, verdict: 'unknown' }
    if (edge.digest === other.digest) return { ...base, verdict: 'identical' }
    return { ...base, verdict: inPart ? 'in part' : 'different' }
  })
}

const judged: ReadonlySet<Edge['kind']> = new Set(['variable', 'file', 'table'])
const isJudged = ({ kind, deleted }: Edge): boolean => judged.has(kind) && !deleted
const keyOf = ({ kind, name }: Edge): string => JSON.stringify([kind, name])

/** A recorded run beside the run that repeats it. */
export interface Pair {
  readonly was: Receipt
  /** Null where it was not run. */
  readonly is: Receipt | null
  readonly outputsWere: readonly ShownOutput[]
  readonly outputsAre: readonly ShownOutput[]
  /** The recorded runs that are repeated, or whose results are there. */
  readonly repeated: ReadonlySet<string>
  /** Why it was not run, or was cut short. */
  readonly why: string | null
}

/** The verdict of one step. */
export function judgeStep({ was, is, outputsWere, outputsAre, repeated, why }: Pair): StepVerdict {
  const base = { run: was.run, cell: was.cell, cellId: was.cellId, title: was.title }
  if (is === null)
    return { ...base, replayRun: null, verdict: 'failed', outputs: [], versions: [], why, durationMs: 0 }
  const outputs = [...judgeOutputs(outputsWere, outputsAre)]
  const versions = [...judgeVersions(was.generated, is.generated, repeated)]
  const { verdict, reason } = outcomeVerdict(was, is, outputs, versions)
  return {
    ...base,
    replayRun: is.run,
    verdict,
    outputs,
    versions,
    why: why ?? reason,
    durationMs: is.durationMs,
  }
}

function outcomeVerdict(
  was: Receipt,
  is: Receipt,
  outputs: readonly OutputVerdict[],
  versions: readonly VersionVerdict[],
) {
  if (is.outcome !== was.outcome && is.outcome !== 'ok') {
    const reason = is.error === null ? (is.death ?? is.outcome) : `${is.error.ename}: ${is.error.evalue}`
    return { verdict: 'failed' as const, reason }
  }
  if (is.outcome !== was.outcome)
    return { verdict: 'different' as const, reason: `it ended with ${was.outcome} then` }
  const shown = worst(outputs.map(({ verdict }) => verdict))
  const made = versions.find(({ verdict }) => verdict === 'different' || verdict === 'missing')
  // What shows something is judged by that: a clock that was read on the way makes no other result.
  if (outputs.length === 0 && made !== undefined)
    return { verdict: 'different' as const, reason: `${made.kind} ${made.name} differs` }
  return { verdict: shown, reason: outputs.find(({ why }) => why !== null)?.why ?? null }
}
