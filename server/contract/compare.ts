/**
 * pure. What differs between two receipts, kind by kind: the one comparison of the page, the command line and the HTTP
 * API. Invariant: nothing is called the same or different that was not recorded on both sides; such things are
 * `unknown`: contents without a digest, packages that a run had not imported yet, states of generators that neither used.
 */
import { modelWords, numbersOf } from './numbers.ts'
import { edgeName, hostName } from './receipt-words.ts'
import { type Edge, factsOf, type Receipt } from './run.ts'

export type Sameness = 'same' | 'changed' | 'added' | 'removed' | 'unknown'

/** One line of a comparison: a name, and its value on each side. */
export interface Compared {
  readonly name: string
  readonly state: Sameness
  readonly a: string | null
  readonly b: string | null
}

/** A thing that was used or generated; `a` and `b` are what it is, and its digest is in the edges. */
export interface ComparedEdge extends Compared {
  readonly kind: Edge['kind']
  readonly before: Edge | null
  readonly after: Edge | null
}

export interface Comparison {
  readonly isSameCode: boolean
  readonly outcome: Compared
  readonly inputs: readonly ComparedEdge[]
  readonly generated: readonly ComparedEdge[]
  readonly packages: readonly Compared[]
  readonly environment: readonly Compared[]
  readonly parameters: readonly Compared[]
  readonly metrics: readonly Compared[]
  /** The states that the runs began with; those after follow from them and the code. */
  readonly random: readonly Compared[]
}

export function compareReceipts(a: Receipt, b: Receipt): Comparison {
  const [before, after] = [numbersOf(a), numbersOf(b)]
  return {
    isSameCode: a.source === b.source,
    outcome: compared('outcome', outcomeOf(a), outcomeOf(b)),
    inputs: compareEdges(a.used, b.used),
    generated: compareEdges(a.generated, b.generated),
    packages: compareNames(packagesOf(a), packagesOf(b)).map(unknownIfAlone),
    environment: compareNames(environmentOf(a), environmentOf(b)).map((one) =>
      one.name.startsWith(VARIABLES) ? one : unknownIfAlone(one),
    ),
    parameters: compareNames(
      new Map([...modelWords(a), ...asText(before.parameters)]),
      new Map([...modelWords(b), ...asText(after.parameters)]),
    ),
    metrics: compareNames(asText(before.metrics), asText(after.metrics)),
    random: compareNames(randomOf(a), randomOf(b)).map((one) =>
      [a, b].some((receipt) => usesState(receipt, one.name)) ? one : unknown(one),
    ),
  }
}

/** Whether it is known to differ. */
export const isDifferent = ({ state }: { readonly state: Sameness }): boolean =>
  state !== 'same' && state !== 'unknown'

/** An environment variable that is not set on one side is known not to be. */
const VARIABLES = 'variables.'

const unknown = (one: Compared): Compared => ({ ...one, state: one.state === 'same' ? 'same' : 'unknown' })
const unknownIfAlone = (one: Compared): Compared => (one.a === null || one.b === null ? unknown(one) : one)

const usesState = ({ used, generated }: Receipt, name: string): boolean =>
  [...used, ...generated].some((edge) => edge.kind === 'state' && edge.name === name)

const outcomeOf = ({ outcome, error }: Receipt): string =>
  error === null ? outcome : `${outcome}: ${error.ename}: ${error.evalue}`

function compared(name: string, a: string | null, b: string | null): Compared {
  const state = a === b ? 'same' : a === null ? 'added' : b === null ? 'removed' : 'changed'
  return { name, state, a, b }
}

/** Two tables of names and values, in the order of the names. */
export function compareNames(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): Compared[] {
  const names = [...new Set([...a.keys(), ...b.keys()])].toSorted()
  return names.map((name) => compared(name, a.get(name) ?? null, b.get(name) ?? null))
}

/** By kind and name with part. Environments differ by their facets. */
function compareEdges(a: readonly Edge[], b: readonly Edge[]): readonly ComparedEdge[] {
  const [before, after] = [byKey(a), byKey(b)]
  const kinds = [...new Set([...a, ...b].map(({ kind }) => kind))]
  const keys = [...new Set([...before.keys(), ...after.keys()])].toSorted()
  const all = keys.map((key) => compareEdge(before.get(key) ?? null, after.get(key) ?? null))
  return kinds
    .flatMap((kind) => all.filter((one) => one !== null && one.kind === kind))
    .filter((one) => one !== null)
}

function byKey(edges: readonly Edge[]): ReadonlyMap<string, Edge> {
  const counted = edges.filter(({ kind }) => kind !== 'environment')
  return new Map(counted.map((edge) => [`${edge.kind}\n${edgeName(edge)}`, edge]))
}

function compareEdge(before: Edge | null, after: Edge | null): ComparedEdge | null {
  const one = after ?? before
  if (one === null) return null
  const [a, b] = [before && textOfEdge(before), after && textOfEdge(after)]
  return { kind: one.kind, name: edgeName(one), state: edgeState(before, after), a, b, before, after }
}

const textOfEdge = (edge: Edge): string => (edge.deleted ? 'deleted' : factsOf(edge).join(', '))

function edgeState(before: Edge | null, after: Edge | null): Sameness {
  if (before === null) return 'added'
  if (after === null) return 'removed'
  if (before.deleted || after.deleted) return before.deleted && after.deleted ? 'same' : 'changed'
  if (before.digest !== null && after.digest !== null)
    return before.digest === after.digest ? 'same' : 'changed'
  return before.version === after.version ? 'same' : 'unknown'
}

const asText = (numbers: ReadonlyMap<string, number>) =>
  new Map([...numbers].map(([name, value]) => [name, String(value)]))

/** Distributions with their versions. */
function packagesOf({ environment }: Receipt): ReadonlyMap<string, string> {
  const { distributions } = environment?.facets ?? {}
  const isMap = typeof distributions === 'object' && distributions !== null
  return new Map(isMap ? Object.entries(distributions).map(([name, version]) => [name, textOf(version)]) : [])
}

/** The name of the line that says where the kernels ran. */
export const HOST = 'host'

function environmentOf({ environment, state, host }: Receipt): ReadonlyMap<string, string> {
  const { distributions: _distributions, ...facets } = environment?.facets ?? {}
  const cwd = state === null ? [] : [['cwd', state.cwd] as const]
  const name = hostName(host)
  const place = name === undefined ? [] : [[HOST, name] as const]
  return new Map([...flat(facets, ''), ...cwd, ...place])
}

/** Facets by their paths, so that one changed member is one difference. */
function flat(facets: object, prefix: string): readonly (readonly [string, string])[] {
  return Object.entries(facets).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flat(value, `${prefix}${key}.`)
      : [[prefix + key, textOf(value)] as const],
  )
}

const randomOf = ({ state }: Receipt) => new Map(Object.entries(state?.before ?? {}))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
