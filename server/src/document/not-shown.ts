/** pure. The replacement of an output that cannot be shown. */
import { DEPTH_LIMIT, isDeeperThan } from '../../contract/json.ts'

/** The sentence that is shown. `why` completes "it …". */
export const notShownText = (why: string): string => `This output could not be shown: it ${why}.`

/** Why a value cannot be in a document; null if it can. */
export function whyTooDeep(value: unknown): string | null {
  return isDeeperThan(DEPTH_LIMIT, value) ? `is nested deeper than ${DEPTH_LIMIT} levels` : null
}
