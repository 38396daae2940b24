/** pure. Plans and verdicts as a person reads them in a terminal. */
import type {
  AppliedFile,
  Isolation,
  ReplayPlan,
  ReplayReport,
  StepVerdict,
  VersionVerdict,
  WrittenDiff,
  WrittenFile,
} from '../../contract/replay.ts'
import { environmentWords } from '../replay/environment.ts'
import { codeLines, rest } from './diff-text.ts'
import { plain, shortId, table } from './text.ts'

const seconds = (ms: number | null): string => (ms === null ? '' : `${(ms / 1000).toFixed(1)} s`)
const place = (cell: number | null): string => (cell === null ? '-' : `[${cell}]`)

/** The plan, environment differences first. */
export function planLines(plan: ReplayPlan): readonly string[] {
  const steps = plan.steps.map(({ run, cell, title, action, why, expectedMs }) => [
    action,
    shortId(run),
    place(cell),
    seconds(expectedMs),
    why === null ? title : `${title}  (${why})`,
  ])
  const files = plan.files
    .filter(({ from }) => from !== 'made')
    .map(({ name, from, why }) => [`  ${name}`, from, why ?? 'unchanged'])
  return [
    ...headed(
      'not as it was:',
      plan.environment.map((one) => `  ${environmentWords(one)}`),
    ),
    `${plan.notebook}: ${plan.steps.length} runs${plan.expectedMs === null ? '' : `, about ${seconds(plan.expectedMs)}`}`,
    ...table(steps),
    ...headed('files:', table(files)),
    isolationLine(plan.isolation),
    ...headed(
      'reaches outside:',
      plan.effects.map((effect) => `  ${effect}`),
    ),
  ]
}

const WRITES: Readonly<Record<Isolation['writes'], string>> = {
  private: 'writes stay in a private layer',
  refused: 'writes outside of a copy are refused',
  open: 'nothing holds writes back, so runs that wrote outside of a copy are refused',
}

/** What isolates the replay, and what that means. */
export function isolationLine({ name, writes, network, why }: Isolation): string {
  const open = network === 'open' ? 'the network is open' : 'there is no network'
  return `isolation: ${name} (${WRITES[writes]}; ${open})${why === null ? '' : `, since ${why}`}`
}

/** The same as lines; none where nothing ran. */
export const isolationLines = (isolation: Isolation | null | undefined): readonly string[] =>
  isolation == null ? [] : [isolationLine(isolation)]

export const MOST_WRITTEN = 20

/** The files that a replay wrote. They are on no disk unless they are applied. */
function writtenLines(written: readonly WrittenFile[]): readonly string[] {
  const rows = written
    .slice(0, MOST_WRITTEN)
    .map(({ change, name, size, sizeOnDisk }) => [
      `  ${change}`,
      name,
      change === 'changed' ? `${sizeOnDisk ?? 0} → ${size ?? 0} bytes` : `${size ?? sizeOnDisk ?? 0} bytes`,
    ])
  const more = written.length - MOST_WRITTEN
  const others = more > 0 ? [`  and ${more} more; see --json`] : []
  return headed('written by the replay, not to the disk:', [...table(rows), ...others])
}

/** Each written file that was compared, by its lines. */
export const writtenDiffLines = (diffs: ReadonlyMap<string, WrittenDiff>): readonly string[] =>
  [...diffs].flatMap(([name, { parts, rest: left, why }]) => [
    '',
    plain(why === null ? `${name}:` : `${name}: no diff, since ${why}`),
    ...parts.flatMap((part, at) => [...(at === 0 ? [] : ['  @@']), ...codeLines(part)]),
    ...rest(left, 'line'),
  ])

/** What was put on the disk, and what was not. */
export const appliedLines = (applied: readonly AppliedFile[]): readonly string[] =>
  applied.map(({ name, isApplied, why }) => (isApplied ? `applied ${name}` : `not applied: ${name}: ${why}`))

const headed = (head: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [head, ...lines]

/** The verdict of each step, then of all. */
export function reportLines(
  report: ReplayReport,
  diffs: ReadonlyMap<string, WrittenDiff> = new Map(),
): readonly string[] {
  return [
    ...table(report.steps.map(stepRow)),
    ...report.problems.map((problem) => `! ${problem}`),
    ...writtenLines(report.written),
    ...writtenDiffLines(diffs),
    isolationLine(report.isolation),
    ...(report.cause === null ? [] : [`first cause: ${report.cause}`]),
    report.verdict,
  ]
}

function stepRow(step: StepVerdict): readonly string[] {
  const rules = [...new Set(step.outputs.flatMap(({ rules }) => rules))]
  const named = (asked: VersionVerdict['verdict']) =>
    step.versions.filter(({ verdict }) => verdict === asked).map(({ name }) => name)
  const [changed, inPart] = [named('different'), named('in part')]
  const notes = [
    ...(step.why === null ? [] : [step.why]),
    ...(rules.length === 0 ? [] : [`within ${rules.join(', ')}`]),
    ...(changed.length === 0 ? [] : [`another ${changed.join(', ')}`]),
    ...(inPart.length === 0 ? [] : [`${inPart.join(', ')} only in part: other runs made the rest`]),
  ]
  return [step.verdict, place(step.cell), seconds(step.durationMs), notes.join('; ') || step.title]
}
