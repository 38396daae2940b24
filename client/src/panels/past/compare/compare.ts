/** pure. What differs between two runs, as the page lists it: the facts of the contract, and outputs side by side. */
import {
  compareReceipts,
  type Comparison as Facts,
  isDifferent,
  type Sameness,
} from '@yesterday/server/contract/compare.ts'
import type { DifferenceCounts } from '@yesterday/server/contract/compare-words.ts'
import { outputGroups } from '@yesterday/server/contract/output-groups.ts'
import type { OutputEntry, Receipt } from '@yesterday/server/contract/run.ts'
import { isPicture, isText, shownForms } from '../receipt/output-forms.ts'

export interface Comparison extends Facts {
  readonly outputs: readonly OutputPair[]
}

/** What was shown at the same place on both sides. */
export interface OutputPair {
  readonly state: Sameness
  readonly left: OutputEntry | null
  readonly right: OutputEntry | null
  readonly how: 'picture' | 'text' | 'other'
}

export const compareRuns = (left: Receipt, right: Receipt): Comparison => ({
  ...compareReceipts(left, right),
  outputs: outputsCompared(left.outputs, right.outputs),
})

const differing = (...lists: readonly (readonly { readonly state: Sameness }[])[]): number =>
  lists.flat().filter(isDifferent).length

/** How much differs, for the sentence above the lists. */
export const countsOf = (compared: Comparison): DifferenceCounts => ({
  code: !compared.isSameCode,
  inputs: differing(compared.inputs),
  environment: differing(compared.packages, compared.environment),
  figures: differing(compared.parameters, compared.metrics),
  outputs: differing(compared.outputs),
  others: differing(compared.generated, compared.random, [compared.outcome]),
})

function outputsCompared(left: readonly OutputEntry[], right: readonly OutputEntry[]): readonly OutputPair[] {
  const [before, after] = [shownForms(left), shownForms(right)]
  const [groupsBefore, groupsAfter] = [outputGroups(left), outputGroups(right)]
  const count = Math.max(before.length, after.length)
  return Array.from({ length: count }, (_, index): OutputPair => {
    const [a = null, b = null] = [before[index], after[index]]
    const same = sameBytes(groupsBefore[index] ?? [], groupsAfter[index] ?? [])
    const state = a === null ? 'added' : b === null ? 'removed' : same ? 'same' : 'changed'
    return { state, left: a, right: b, how: howOf(a, b) }
  })
}

const sameBytes = (left: readonly OutputEntry[], right: readonly OutputEntry[]): boolean =>
  left.length === right.length && left.every(({ digest }, index) => right[index]?.digest === digest)

function howOf(left: OutputEntry | null, right: OutputEntry | null): OutputPair['how'] {
  const forms = [left, right].filter((output) => output !== null)
  if (forms.every(({ mime }) => isPicture(mime))) return 'picture'
  return forms.every(({ mime }) => isText(mime)) ? 'text' : 'other'
}
