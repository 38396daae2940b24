/** pure. Plans, verdicts, causes and proofs in words. */
import { durationText } from './amounts.ts'
import { hostNameText } from './receipt-words.ts'
import type {
  Cause,
  EnvironmentDifference,
  Isolation,
  OutputVerdict,
  ReplayPlan,
  RestoreReport,
  SinceReport,
} from './replay.ts'
import type { Say } from './words.ts'

/** What differs, as a person names it: "the code of cell 2", "births.csv". */
export function causeName({ kind, name, cell }: Cause, say: Say): string {
  switch (kind) {
    case 'code':
      return cell === null ? say('since.code') : say('since.codeOf', { cell })
    case 'seed':
      return cell === null ? say('since.random') : say('since.randomOf', { cell })
    case 'order':
      return say('since.order')
    case 'python':
    case 'platform':
    case 'hidden':
    case 'host':
      return say(`cause.${kind}`)
    default:
      return name
  }
}

const VALUES: ReadonlySet<Cause['kind']> = new Set(['order', 'package', 'variable', 'python', 'platform'])
/** A value longer than this is no name or number that a person reads. */
const LONGEST_VALUE = 200

/** "was 1.2, is 1.3" of a cause that has values; null for code, files, and what is too long to read. */
export function causeChange({ kind, was, is }: Cause, say: Say): string | null {
  if (kind === 'host') return hostChange(was, is, say)
  if (!VALUES.has(kind) || (was ?? is ?? '').length > LONGEST_VALUE) return null
  return say('replay.wasIs', { was: was ?? '—', is: is ?? '—' })
}

/** "ran on node2, before on node1". */
export const hostChange = (was: string | null, is: string | null, say: Say): string =>
  say('host.change', { is: hostNameText(is, say), was: hostNameText(was, say) })

/** The answer of "since it worked" in one sentence. */
export function sinceHeadline({ causes, proof }: Pick<SinceReport, 'causes' | 'proof'>, say: Say): string {
  if (proof !== null) return proofHeadline(proof, causes, say)
  const [first] = causes
  if (first === undefined) return say('since.noCause')
  return say('since.changed', { count: causes.length, what: causeName(first, say) })
}

function proofHeadline(
  { trials, explanation }: NonNullable<SinceReport['proof']>,
  causes: readonly Cause[],
  say: Say,
): string {
  if (trials[0]?.swapped.length === 0 && trials[0].explains) return say('since.notRecorded')
  if (explanation === null) return say('since.unproved')
  const proved = explanation.flatMap((id) => causes.find((cause) => cause.id === id) ?? [])
  const names = proved.map((cause) => causeName(cause, say))
  return say('since.explanation', { count: names.length, what: nameList(names, say) })
}

const nameList = (names: readonly string[], say: Say): string =>
  names.length < 2
    ? (names[0] ?? '')
    : say('since.and', { first: names.slice(0, -1).join(', '), last: names.at(-1) ?? '' })

/** What becomes of writes and of the network, a sentence each. */
export const isolationSentences = ({ writes, network }: Isolation, say: Say): readonly [string, string] => [
  say(`isolation.${writes}`),
  say(`isolation.network.${network}`),
]

/** How much runs again, and how long that takes. */
export function planSentence({ steps, expectedMs }: ReplayPlan, say: Say): string {
  return say('replay.plan', {
    count: steps.filter(({ action }) => action === 're-run').length,
    time: expectedMs === null ? say('replay.unknownTime') : durationText(expectedMs, say),
  })
}

/** "numpy: was 1.2, is 1.3". */
export const environmentChange = ({ name, was, is }: EnvironmentDifference, say: Say) => ({
  name,
  change: say('replay.wasIs', { was: was ?? '—', is: is ?? '—' }),
})

/** Why outputs that are not identical are equal. */
export const ruleWords = (rules: OutputVerdict['rules'], say: Say): string =>
  rules.map((rule) => say(`rule.${rule}`)).join(', ')

/** Whether the variable is what it was. */
export const isRestored = ({ result }: RestoreReport['variables'][number]): boolean =>
  result === 'restored' || result === 'recomputed'

/** How many variables are back, and by how many runs. */
export const restoreSentences = (
  { variables, loaded, recomputed, tookMs }: RestoreReport,
  say: Say,
): readonly [string, string] => [
  say('restore.done', {
    back: variables.filter(isRestored).length,
    total: variables.length,
    time: durationText(tookMs, say),
  }),
  say('restore.how', { loaded: loaded.length, recomputed: recomputed.length }),
]
