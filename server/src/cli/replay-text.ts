/** pure. Plans and verdicts as a person reads them in a terminal. */
import { durationText } from '../../contract/amounts.ts'
import type {
  AppliedFile,
  Isolation,
  ReplayPlan,
  ReplayReport,
  RestoreReport,
  SinceReport,
  StepVerdict,
  VersionVerdict,
  WrittenDiff,
  WrittenFile,
} from '../../contract/replay.ts'
import {
  causeChange,
  causeName,
  environmentChange,
  isolationSentences,
  planSentence,
  restoreSentences,
  ruleWords,
  sinceHeadline,
} from '../../contract/replay-words.ts'
import type { Say } from '../../contract/words.ts'
import { codeLines, moreLines } from './diff-text.ts'
import { plain, shortId, table } from './text.ts'

const took = (ms: number | null, say: Say): string => (ms === null ? '' : durationText(ms, say))
const place = (cell: number | null): string => (cell === null ? '-' : `[${cell}]`)

/** The plan, environment differences first. */
export function planLines(plan: ReplayPlan, say: Say): readonly string[] {
  const steps = plan.steps.map(({ run, cell, title, action, why, expectedMs }) => [
    say(`step.${action}`),
    shortId(run),
    place(cell),
    took(expectedMs, say),
    why === null ? title : `${title}  (${why})`,
  ])
  const files = plan.files
    .filter(({ from }) => from !== 'made')
    .map(({ name, from, why }) => [`  ${name}`, say(`pin.${from}`), why ?? ''])
  return [
    ...headed(say('replay.environment'), environmentLines(plan, say)),
    `${plan.notebook}: ${planSentence(plan, say)}`,
    ...table(steps),
    ...headed(say('replay.files'), table(files)),
    isolationLine(plan.isolation, say),
    ...headed(
      say('replay.effects'),
      plan.effects.map((effect) => `  ${effect}`),
    ),
  ]
}

const environmentLines = ({ environment }: Pick<ReplayPlan, 'environment'>, say: Say): readonly string[] =>
  environment.map((one) => {
    const { name, change } = environmentChange(one, say)
    return `  ${name}: ${change}`
  })

/** What isolates the replay, and what that means. */
export function isolationLine(isolation: Isolation, say: Say): string {
  const { name, why } = isolation
  const sentences = [
    ...isolationSentences(isolation, say),
    ...(why === null ? [] : [say('isolation.weaker', { why })]),
  ]
  return `${say('isolation.title')}: ${name}. ${sentences.join(' ')}`
}

/** The same as lines; none where nothing ran. */
export const isolationLines = (isolation: Isolation | null | undefined, say: Say): readonly string[] =>
  isolation == null ? [] : [isolationLine(isolation, say)]

export const MOST_WRITTEN = 20

/** The files that a replay wrote. They are on no disk unless they are applied. */
function writtenLines(written: readonly WrittenFile[], say: Say): readonly string[] {
  const rows = written
    .slice(0, MOST_WRITTEN)
    .map(({ change, name, size, sizeOnDisk }) => [
      `  ${say(`written.${change}`)}`,
      name,
      change === 'changed' ? `${sizeOnDisk ?? 0} → ${size ?? 0} B` : `${size ?? sizeOnDisk ?? 0} B`,
    ])
  const more = written.length - MOST_WRITTEN
  const others = more > 0 ? [`  ${say('written.more', { count: more })}`] : []
  return headed(say('written.apart'), [...table(rows), ...others])
}

/** Each written file that was compared, by its lines. */
export const writtenDiffLines = (diffs: ReadonlyMap<string, WrittenDiff>, say: Say): readonly string[] =>
  [...diffs].flatMap(([name, { parts, rest, why }]) => [
    '',
    plain(why === null ? name : `${name}: ${say('written.noDiff', { why })}`),
    ...parts.flatMap((part, at) => [...(at === 0 ? [] : ['  @@']), ...codeLines(part)]),
    ...moreLines(rest, say),
  ])

/** What was put on the disk, and what was not. */
export const appliedLines = (applied: readonly AppliedFile[], say: Say): readonly string[] =>
  applied.map(({ name, isApplied, why }) =>
    plain(`${name}: ${isApplied ? say('written.applied') : say('written.notApplied', { why: why ?? '' })}`),
  )

const headed = (head: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [head, ...lines]

/** The verdict of each step, then of all. */
export function reportLines(
  report: ReplayReport,
  diffs: ReadonlyMap<string, WrittenDiff>,
  say: Say,
): readonly string[] {
  return [
    ...table(report.steps.map((step) => stepRow(step, say))),
    ...report.problems.map((problem) => `! ${problem}`),
    ...writtenLines(report.written, say),
    ...writtenDiffLines(diffs, say),
    isolationLine(report.isolation, say),
    ...(report.cause === null ? [] : [say('replay.cause', { cause: report.cause })]),
    say(`replay.${report.verdict}`),
  ]
}

function stepRow(step: StepVerdict, say: Say): readonly string[] {
  const rules = [...new Set(step.outputs.flatMap(({ rules }) => rules))]
  const named = (asked: VersionVerdict['verdict']) =>
    step.versions.filter(({ verdict }) => verdict === asked).map(({ name }) => name)
  const [changed, inPart] = [named('different'), named('in part')]
  const notes = [
    ...(step.why === null ? [] : [step.why]),
    ...(rules.length === 0 ? [] : [ruleWords(rules, say)]),
    ...(changed.length === 0 ? [] : [say('replay.other', { names: changed.join(', ') })]),
    ...(inPart.length === 0 ? [] : [say('replay.inPart', { names: inPart.join(', ') })]),
  ]
  const verdict = say(`verdict.${step.verdict}`)
  return [verdict, place(step.cell), took(step.durationMs, say), notes.join('; ') || step.title]
}

/** The answer in a sentence, then each difference, then what isolated the proof. */
export function sinceLines({ bad, good, chosen, ...report }: SinceReport, say: Say): readonly string[] {
  const rows = report.causes.map((cause) => [
    say(`cause.${cause.kind}`),
    causeName(cause, say),
    causeChange(cause, say) ?? '',
    cause.whyNot === null ? '' : `(${cause.whyNot})`,
  ])
  const sides = { bad: shortId(bad), good: shortId(good), chosen: say(`since.chosen.${chosen}`) }
  return [
    say('since.against', sides),
    ...table(rows),
    plain(sinceHeadline(report, say)),
    ...isolationLines(report.proof?.isolation, say),
  ]
}

/** Each variable, how many are back, and how to use the kernel. */
export function restoredLines(
  report: RestoreReport & { readonly connectionFile: string | null },
  say: Say,
): readonly string[] {
  const { variables, random, recomputed, isolation, connectionFile } = report
  const rows = [...variables, ...random].map(({ name, result, why }) => [
    say(`restored.${result}`),
    name,
    why ?? '',
  ])
  return [
    ...table(rows),
    ...restoreSentences(report, say),
    ...isolationLines(recomputed.length > 0 ? isolation : null, say),
    ...(connectionFile === null ? [] : [`jupyter console --existing ${connectionFile}`]),
  ]
}
