/** pure. Why the first step of a replay that is not as it was came out different. */
import type { StepVerdict } from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import { environmentWords } from './environment.ts'
import type { PreparedStep } from './plan.ts'
import type { ReadyReplay } from './ready-replay.ts'
import { likelyCause, type Repetition, seenCause } from './why-different.ts'

type Ready = Pick<ReadyReplay, 'environment' | 'steps'>
type Receipts = readonly (Receipt | null)[]

/** Null where all is as it was. `receipts`: what the steps' repetitions recorded. */
export function firstCause(
  ready: Ready,
  judged: readonly StepVerdict[],
  receipts: Receipts,
  problems: readonly string[],
): string | null {
  const first = judged.find(isOther)
  if (first === undefined) return null
  const where = first.cell === null ? first.title : `cell ${first.cell}`
  return `${where}: ${reasonOf(ready, first, receipts, problems) ?? unexplained(first)}`
}

/** The steps, each that differs with its cause beside what is seen of it. */
export const explained = (
  ready: Ready,
  judged: readonly StepVerdict[],
  receipts: Receipts,
  problems: readonly string[],
): StepVerdict[] =>
  judged.map((step) => {
    if (step.verdict !== 'different') return step
    const reason = reasonOf(ready, step, receipts, problems)
    return { ...step, why: reason === null ? unexplained(step) : `${seen(step)}. Cause: ${reason}` }
  })

const isOther = ({ verdict }: StepVerdict): boolean => verdict === 'different' || verdict === 'failed'

function reasonOf(
  { environment, steps }: Ready,
  judged: StepVerdict,
  receipts: Receipts,
  problems: readonly string[],
): string | null {
  const step = steps.find(({ receipt }) => receipt.run === judged.run)
  const repetition = step === undefined ? null : repetitionOf(step, judged, steps, receipts)
  const [reason] = [
    ...(step?.step.action === 'cannot' ? listOf(step.step.why) : []),
    ...(step?.given ?? []).flatMap(({ pin }) => (pin.from === 'cannot' ? [`${pin.name}: ${pin.why}`] : [])),
    ...problems,
    ...listOf(repetition && seenCause(repetition)),
    ...environment.map(environmentWords),
    ...listOf(repetition && likelyCause(repetition)),
  ]
  return reason ?? null
}

const seen = ({ why }: StepVerdict): string => why ?? 'it came out different'

const listOf = (reason: string | null): readonly string[] => (reason === null ? [] : [reason])

const unexplained = ({ verdict, why }: StepVerdict): string =>
  verdict === 'failed' && why !== null
    ? why
    : `${why ?? 'it came out different'}; code, files, answers, chance and environment are the same. ${LEFT}`

/** What no record shows. */
const LEFT = 'What is left is the order of concurrent work, or the hardware'

function repetitionOf(
  step: PreparedStep,
  { replayRun }: StepVerdict,
  steps: readonly PreparedStep[],
  receipts: readonly (Receipt | null)[],
): Repetition | null {
  const is = receipts.find((receipt) => receipt !== null && receipt.run === replayRun) ?? null
  if (is === null) return null
  const before = steps.slice(0, steps.indexOf(step)).map(({ receipt }) => receipt)
  return { was: step.receipt, is, before }
}
