/** pure. What a "since it worked" report says, in the words of the page's language. */
import type { Cause, SinceReport } from '@yesterday/server/contract/replay.ts'
import { t } from '../../../text/text.ts'

/** What differs, as a person names it: "the code of cell 2", "births.csv". */
export function causeName({ kind, name, cell }: Cause): string {
  switch (kind) {
    case 'code':
      return cell === null ? t('since.code') : t('since.codeOf', { cell })
    case 'seed':
      return cell === null ? t('since.random') : t('since.randomOf', { cell })
    case 'order':
      return t('since.order')
    case 'python':
    case 'platform':
    case 'hidden':
      return t(`cause.${kind}`)
    default:
      return name
  }
}

/** The answer in one sentence. */
export function headline({ causes, proof }: SinceReport): string {
  if (proof !== null) return proofHeadline(proof, causes)
  const [first] = causes
  if (first === undefined) return t('since.noCause')
  return t('since.changed', { count: causes.length, what: causeName(first) })
}

function proofHeadline(proof: NonNullable<SinceReport['proof']>, causes: readonly Cause[]): string {
  const { trials, explanation } = proof
  if (trials[0]?.swapped.length === 0 && trials[0].explains) return t('since.notRecorded')
  if (explanation === null) return t('since.unproved')
  const names = explanation
    .map((id) => causes.find((cause) => cause.id === id))
    .flatMap((cause) => cause ?? [])
  return t('since.explanation', { count: names.length, what: nameList(names.map(causeName)) })
}

const nameList = (names: readonly string[]): string =>
  names.length < 2
    ? (names[0] ?? '')
    : t('since.and', { first: names.slice(0, -1).join(', '), last: names.at(-1) ?? '' })
