/** How long recorded runs are expected to take again: what one took may have been an outlier. */
import type { Receipt } from '../../contract/run.ts'
import { predict } from '../prediction/predict.ts'
import type { LiveState } from './live-state.ts'
import type { ReplayWorld } from './world.ts'

/** The state with each run's expected time in place of what it took; as it is where nothing was learned. */
export async function withExpectedTimes(
  { learned }: Pick<ReplayWorld, 'learned'>,
  live: LiveState,
): Promise<LiveState> {
  if (learned === undefined) return live
  await learned.catchUp()
  const expected = (receipt: Receipt): Receipt => {
    const code = learned.shapeOf(receipt.source)
    const own = learned.ofCode(code.skeleton).find(({ run }) => run === receipt.run)
    const ms = own === undefined ? null : predict(learned, code, own).ms
    return ms === null ? receipt : { ...receipt, durationMs: ms.value }
  }
  return { ...live, runs: live.runs.map(expected) }
}
