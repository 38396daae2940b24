/** pure. Why the first step of a replay that is not as it was came out different. */
import type { StepVerdict } from '../../contract/replay.ts'
import type { Receipt } from '../../contract/run.ts'
import { environmentWords } from './environment.ts'
import type { PreparedStep } from './plan.ts'
import type { ReadyReplay } from './ready-replay.ts'
import { likelyCause, type Repetition, seenCause } from './why-different.ts'

/** Null where all is as it was. `receipts`: what the steps' repetitions recorded. */
export function firstCause(
  { environment, steps }: Pick<ReadyReplay, 'environment' | 'steps'>,
  judged: readonly StepVerdict[],
  receipts: readonly (Receipt | null)[],
  problems: readonly string[],
): string | null {
  const first = judged.find(({ verdict }) => verdict === 'different' || verdict === 'failed')
  if (first === undefined) return null
  const where = first.cell === null ? first.title : `cell ${first.cell}`
  const step = steps.find(({ receipt }) => receipt.run === first.run)
  const repetition = step === undefined ? null : repetitionOf(step, first, steps, receipts)
  const [reason] = [
    ...(step?.step.action === 'cannot' ? listOf(step.step.why) : []),
    ...(step?.given ?? []).flatMap(({ pin }) => (pin.from === 'cannot' ? [`${pin.name}: ${pin.why}`] : [])),
    ...problems,
    ...listOf(repetition && seenCause(repetition)),
    ...environment.map(environmentWords),
    ...listOf(repetition && likelyCause(repetition)),
  ]
  return `${where}: ${reason ?? unexplained(first)}`
}

const listOf = (reason: string | null): readonly string[] => (reason === null ? [] : [reason])

const unexplained = ({ verdict, why }: StepVerdict): string =>
  verdict === 'failed' && why !== null
    ? why
    : `${why ?? 'it came out different'}, and nothing that is recorded differs`

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
