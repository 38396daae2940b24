/** pure. A comparison in one sentence. */
import { listText } from './amounts.ts'
import type { Say } from './words.ts'

/** How many things of each kind differ. */
export interface DifferenceCounts {
  readonly code: boolean
  readonly inputs: number
  /** Packages and facts of the machine. */
  readonly environment: number
  /** Parameters and metrics. */
  readonly figures: number
  readonly outputs: number
  /** What only follows: generated things, the outcome, random states. */
  readonly others: number
}

/** "What differs: the code, 2 inputs, and 1 output." */
export function comparisonSentence(counts: DifferenceCounts, say: Say): string {
  const { code, inputs, environment, figures, outputs, others } = counts
  const named = [
    code ? say('compare.theCode') : null,
    inputs === 0 ? null : say('compare.inputs', { count: inputs }),
    environment === 0 ? null : say('compare.environment', { count: environment }),
    figures === 0 ? null : say('compare.figureCount', { count: figures }),
    outputs === 0 ? null : say('compare.outputs', { count: outputs }),
  ].filter((part) => part !== null)
  if (named.length > 0) return say('compare.differ', { what: listText(named, say.locale) })
  return say(others > 0 ? 'compare.onlyMade' : 'compare.same')
}
