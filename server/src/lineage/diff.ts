/**
 * pure but for the bytes that it gets. Compares two runs: code, inputs, results, environment, numbers, outputs.
 * Invariant: equal facts are left out, and so are facts that one side does not record: packages
 * that it had not imported yet, facts of the machine that were still to be read, states of generators that neither used.
 */
import type { Difference, RunDiff, RunName } from '../../contract/past.ts'
import { type Edge, factsOf, type Receipt } from '../../contract/run.ts'
import { numbersOf } from '../store/numbers.ts'
import { diffLines, diffNames } from './diff-lines.ts'
import { diffOutputs, type ReadObject } from './diff-outputs.ts'

export interface RunSide {
  readonly name: RunName
  readonly receipt: Receipt
}

export async function diffRuns(a: RunSide, b: RunSide, read: ReadObject): Promise<RunDiff> {
  const [before, after] = [a.receipt, b.receipt]
  const parts = {
    code: before.source === after.source ? null : diffLines(before.source, after.source),
    outcome: outcomeDifference(before, after),
    inputs: edgeDifferences(before.used, after.used),
    generated: edgeDifferences(before.generated, after.generated),
    packages: diffNames(packagesOf(before), packagesOf(after)).filter(isRecordedInBoth),
    environment: diffNames(environmentOf(before), environmentOf(after)).filter(
      (one) => isRecordedInBoth(one) || one.name.startsWith(VARIABLES),
    ),
    ...numberDifferences(before, after),
    random: diffNames(randomOf(before), randomOf(after)).filter(({ name }) =>
      [before, after].some((receipt) => usesState(receipt, name)),
    ),
    outputs: await diffOutputs(before.outputs, after.outputs, read),
  }
  const same = Object.values(parts).every((part) => part === null || part.length === 0)
  return { a: a.name, b: b.name, same, ...parts, outcome: parts.outcome?.[0] ?? null }
}

const isRecordedInBoth = ({ a, b }: Difference): boolean => a !== null && b !== null

/** An environment variable that is not set is listed as well. */
const VARIABLES = 'variables.'

const usesState = ({ used, generated }: Receipt, name: string): boolean =>
  [...used, ...generated].some((edge) => edge.kind === 'state' && edge.name === name)

function outcomeDifference(a: Receipt, b: Receipt): readonly Difference[] | null {
  const [before, after] = [outcomeOf(a), outcomeOf(b)]
  return before === after ? null : [{ name: 'outcome', a: before, b: after }]
}

const outcomeOf = ({ outcome, error }: Receipt): string =>
  error === null ? outcome : `${outcome}: ${error.ename}: ${error.evalue}`

type EdgeDifference = RunDiff['inputs'][number]

/** Environments differ by their facets. */
function edgeDifferences(a: readonly Edge[], b: readonly Edge[]): EdgeDifference[] {
  const kinds = new Set([...a, ...b].map(({ kind }) => kind).filter((kind) => kind !== 'environment'))
  return [...kinds].flatMap((kind) => {
    const of = (edges: readonly Edge[]) => contents(edges.filter((edge) => edge.kind === kind))
    return diffNames(of(a), of(b)).map((difference) => ({ kind, ...difference }))
  })
}

/** The content behind a name, in short form: its digest if there is one. */
const contents = (edges: readonly Edge[]) => new Map(edges.map((edge) => [edge.name, contentOf(edge)]))

function contentOf(edge: Edge): string {
  const { digest, deleted, version } = edge
  if (deleted) return 'deleted'
  const facts = factsOf(edge)
  const identity = digest ?? `version ${version}`
  return facts.length === 0 ? identity : `${facts.join(', ')} (${identity})`
}

function numberDifferences(a: Receipt, b: Receipt): Pick<RunDiff, 'parameters' | 'metrics'> {
  const [before, after] = [numbersOf(a), numbersOf(b)]
  return {
    parameters: diffNames(asText(before.parameters), asText(after.parameters)),
    metrics: diffNames(asText(before.metrics), asText(after.metrics)),
  }
}

const asText = (numbers: ReadonlyMap<string, number>) =>
  new Map([...numbers].map(([name, value]) => [name, String(value)]))

/** Distributions with their versions. */
export function packagesOf({ environment }: Receipt): ReadonlyMap<string, string> {
  const { distributions } = environment?.facets ?? {}
  const isMap = typeof distributions === 'object' && distributions !== null
  return new Map(isMap ? Object.entries(distributions).map(([name, version]) => [name, textOf(version)]) : [])
}

function environmentOf({ environment, state }: Receipt): ReadonlyMap<string, string> {
  const { distributions: _distributions, ...facets } = environment?.facets ?? {}
  const cwd = state === null ? [] : [['cwd', state.cwd] as const]
  return new Map([...flat(facets, ''), ...cwd])
}

/** Facets by their paths, so that one changed member is one difference. */
function flat(facets: object, prefix: string): readonly (readonly [string, string])[] {
  return Object.entries(facets).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flat(value, `${prefix}${key}.`)
      : [[prefix + key, textOf(value)] as const],
  )
}

/** The states that the runs began with; those after follow from them and the code. */
const randomOf = ({ state }: Receipt) => new Map(Object.entries(state?.before ?? {}))

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
