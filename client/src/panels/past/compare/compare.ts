/**
 * pure. What differs between two runs, kind by kind. Invariant: nothing is called the same that was not captured on
 * both sides; such things are `unknown`.
 */
import { outputGroups } from '@yesterday/server/contract/output-groups.ts'
import { type Edge, factsOf, type OutputEntry, partOf, type Receipt } from '@yesterday/server/contract/run.ts'
import { z } from 'zod'
import { isPicture, isText, shownForms } from '../receipt/output-forms.ts'

export type Sameness = 'same' | 'changed' | 'added' | 'removed' | 'unknown'

/** One line of a comparison: a name, and its value on each side. */
export interface Difference {
  readonly name: string
  readonly state: Sameness
  readonly left: string | null
  readonly right: string | null
}

export interface Comparison {
  readonly code: Sameness
  readonly inputs: readonly Difference[]
  readonly made: readonly Difference[]
  readonly environment: readonly Difference[]
  /** Parameters and metrics, from the versions' facets. */
  readonly figures: readonly Difference[]
  readonly outputs: readonly OutputPair[]
}

/** What was shown at the same place on both sides. */
export interface OutputPair {
  readonly state: Sameness
  readonly left: OutputEntry | null
  readonly right: OutputEntry | null
  readonly how: 'picture' | 'text' | 'other'
}

export function compareRuns(left: Receipt, right: Receipt): Comparison {
  return {
    code: left.sourceDigest === right.sourceDigest ? 'same' : 'changed',
    inputs: edgesCompared(left.used, right.used),
    made: edgesCompared(left.generated, right.generated),
    environment: compareEntries(environmentOf(left), environmentOf(right)),
    figures: compareEntries(figuresOf(left), figuresOf(right)),
    outputs: outputsCompared(left.outputs, right.outputs),
  }
}

/** True where nothing that was captured differs. */
export const isSame = (comparison: Comparison): boolean =>
  comparison.code === 'same' &&
  [comparison.inputs, comparison.made, comparison.environment, comparison.figures, comparison.outputs].every(
    (lines) => lines.every(({ state }) => state === 'same' || state === 'unknown'),
  )

const keyOf = (edge: Edge): string => `${edge.kind}\n${edge.name}${partOf(edge) ?? ''}`
const shownAs = (edge: Edge): string => factsOf(edge).join(' · ')

function edgesCompared(left: readonly Edge[], right: readonly Edge[]): readonly Difference[] {
  const [before, after] = [left, right].map((edges) => new Map(edges.map((edge) => [keyOf(edge), edge])))
  const keys = new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])
  return [...keys].map((key) => {
    const [a, b] = [before?.get(key), after?.get(key)]
    return {
      name: key.slice(key.indexOf('\n') + 1),
      state: edgeState(a, b),
      left: a === undefined ? null : shownAs(a),
      right: b === undefined ? null : shownAs(b),
    }
  })
}

function edgeState(left: Edge | undefined, right: Edge | undefined): Sameness {
  if (left === undefined) return 'added'
  if (right === undefined) return 'removed'
  if (left.digest !== null && right.digest !== null) return left.digest === right.digest ? 'same' : 'changed'
  return left.version === right.version ? 'same' : 'unknown'
}

const text = z.string().nullish().catch(null)
const Facets = z.object({
  python: text,
  platform: text,
  executable: text,
  distributions: z.record(z.string(), z.string()).catch({}),
  git: z.object({ commit: text }).nullish().catch(null),
  variables: z.record(z.string(), z.string()).catch({}),
})

function environmentOf({ environment }: Receipt): ReadonlyMap<string, string> {
  const facets = Facets.safeParse(environment?.facets).data
  if (facets === undefined) return new Map()
  const own: readonly (readonly [string, string | null | undefined])[] = [
    ['Python', facets.python],
    ['platform', facets.platform],
    ['executable', facets.executable],
    ['git', facets.git?.commit],
  ]
  const entries = [
    ...own.flatMap(([name, value]) => (value == null ? [] : [[name, value] as const])),
    ...Object.entries(facets.distributions),
    ...Object.entries(facets.variables).map(([name, value]) => [`$${name}`, value] as const),
  ]
  return new Map(entries)
}

const FIGURES = 200

/** Numbers, words and truth values in facets, by the path to them. */
function figuresOf({ used, generated }: Receipt): ReadonlyMap<string, string> {
  const figures = new Map<string, string>()
  const take = (name: string, value: unknown, depth: number): void => {
    if (figures.size >= FIGURES) return
    if (['number', 'string', 'boolean'].includes(typeof value)) figures.set(name, String(value))
    else if (typeof value === 'object' && value !== null && depth < 4) {
      for (const [key, inner] of Object.entries(value)) take(`${name}.${key}`, inner, depth + 1)
    }
  }
  for (const edge of [...used, ...generated]) if (edge.facets !== null) take(edge.name, edge.facets, 0)
  return figures
}

/** Two tables of names and values. Differences come first, and names that are on one side alone. */
export function compareEntries(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): readonly Difference[] {
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => {
    const [a = null, b = null] = [left.get(name), right.get(name)]
    const state = a === b ? 'same' : a === null ? 'added' : b === null ? 'removed' : 'changed'
    return { name, state, left: a, right: b }
  })
}

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
