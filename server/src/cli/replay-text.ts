/** pure. Plans and verdicts as a person reads them in a terminal. */
import type { ReplayPlan, ReplayReport, StepVerdict, VersionVerdict } from '../../contract/replay.ts'
import { environmentWords } from '../replay/environment.ts'
import { shortId, table } from './text.ts'

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
    ...headed(
      'reaches outside:',
      plan.effects.map((effect) => `  ${effect}`),
    ),
  ]
}

const headed = (head: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [head, ...lines]

/** The verdict of each step, then of all. */
export function reportLines(report: ReplayReport): readonly string[] {
  return [
    ...table(report.steps.map(stepRow)),
    ...report.problems.map((problem) => `! ${problem}`),
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
