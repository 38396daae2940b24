/**
 * pure. What differs upstream of a good and of a bad run, the likeliest cause first. Invariant: what only follows from
 * another difference is not named beside it: a file that an edited cell wrote, a cell that an edited one needs no more.
 */

import { hostName } from '../../contract/receipt-words.ts'
import type { Cause, CauseKind, EnvironmentDifference } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import { restorer } from '../../contract/session.ts'
import { compareEnvironments, environmentWords, facetsOf, isByDigest } from './environment.ts'

/** One of both runs, with what came before it. */
export interface Side {
  readonly run: Receipt
  /** What made it, in session order, itself last. */
  readonly slice: readonly Receipt[]
  /** All runs of its session up to it, in order. */
  readonly session: readonly Receipt[]
}

/** What a proof can swap, as far as it is to be had. */
export interface Reach {
  /** Objects whose bytes are there, in the store or on disk. */
  readonly hasBytes: (edge: Edge) => boolean
  /** How the members of a folder differ, in words. Default: null, which says that it is not known. */
  readonly members?: (before: Edge, after: Edge) => string | null
}

type Found = Omit<Cause, 'provable' | 'whyNot'> & {
  readonly whyNot?: string | null
  readonly weight?: number
}

/** All that differs, ranked. */
export function rankCauses(good: Side, bad: Side, reach: Reach): readonly Cause[] {
  const code = codeCauses(good, bad)
  const states = seedCauses(good, bad, code)
  const environment = environmentCauses(good, bad)
  const packages = new Set(
    environment.filter(({ kind }) => kind === 'package').map(({ name }) => topName(name)),
  )
  const found: Found[] = [
    ...code,
    // A module of a changed distribution is not a file of the user.
    ...fileCauses(good, bad, reach).filter(({ name }) => !packages.has(topName(name))),
    ...states,
    ...orderCauses(good, bad, [...code, ...states]),
    ...environment,
    ...hostCauses(good, bad),
  ]
  return found
    .toSorted((a, b) => weightOf(b) - weightOf(a))
    .map(({ whyNot = null, weight: _, ...cause }) => ({ ...cause, provable: whyNot === null, whyNot }))
}

/** The name by which a distribution, or a module of it, is imported; guessed from its name. */
const topName = (name: string): string => (name.split('.')[0] ?? name).replaceAll('-', '_').toLowerCase()

const weights: Readonly<Record<CauseKind, number>> = {
  code: 90,
  file: 80,
  seed: 70,
  order: 60,
  package: 50,
  variable: 45,
  hidden: 40,
  python: 20,
  host: 15,
  platform: 10,
}
const weightOf = ({ kind, weight = 0 }: Found): number => weights[kind] + weight

/** A cell's name across runs; runs that no cell asked for are known by their code. */
export const cellKey = ({ cellId, sourceDigest }: Receipt): string => cellId ?? sourceDigest

/** The last run of each cell. */
export const lastOfEach = (runs: readonly Receipt[]): ReadonlyMap<string, Receipt> =>
  new Map(runs.map((receipt) => [cellKey(receipt), receipt]))

const cellWords = ({ cell, title }: Receipt): string => (cell === null ? `“${title}”` : `cell ${cell}`)

/** Cells of either slice whose code differs. Cells that ran on one side alone are left out. */
function codeCauses(good: Side, bad: Side): readonly Found[] {
  const [was, is] = [lastOfEach(good.session), lastOfEach(bad.session)]
  return [...cellsOfBoth(good, bad)].flatMap((key): Found[] => {
    const [before, after] = [was.get(key), is.get(key)]
    if (before === undefined || after === undefined || before.sourceDigest === after.sourceDigest) return []
    const words = `${cellWords(after)} was edited`
    return [
      {
        id: `code:${key}`,
        kind: 'code',
        name: key,
        cell: after.cell,
        was: before.source,
        is: after.source,
        words,
      },
    ]
  })
}

const cellsOfBoth = (good: Side, bad: Side): ReadonlySet<string> =>
  new Set([...good.slice, ...bad.slice].map(cellKey))

/**
 * Files from outside, as the slice read them last: what the slice itself wrote follows from its code and its inputs.
 */
export function outsideFiles({ slice }: Side): ReadonlyMap<string, Edge> {
  const own = new Set(slice.map(({ run }) => run))
  const made = new Set(slice.flatMap(({ generated }) => generated.map(({ kind, name }) => `${kind} ${name}`)))
  const edges = slice.flatMap(({ used }) => used).filter(isOutside)
  const outside = edges.filter((edge) => !(edge.by !== null && own.has(edge.by)) && !made.has(fileKey(edge)))
  return new Map(outside.map((edge) => [fileKey(edge), edge]))
}

const isOutside = ({ kind, digest }: Edge): boolean =>
  kind === 'file' || kind === 'module' || (kind === 'directory' && digest !== null)

export const fileKey = ({ kind, name }: Pick<Edge, 'kind' | 'name'>): string => `${kind} ${name}`

function fileCauses(good: Side, bad: Side, { hasBytes, members }: Reach): readonly Found[] {
  const was = outsideFiles(good)
  return [...outsideFiles(bad)].flatMap(([key, after]): Found[] => {
    const before = was.get(key)
    if (before === undefined || before.digest === after.digest) return []
    const { name } = after
    const isFolder = after.kind === 'directory'
    const whyNot = hasBytes(before) && !isFolder ? null : 'the bytes of the former version were not kept'
    const inside = isFolder ? (members?.(before, after) ?? null) : null
    const words = `${after.kind === 'module' ? 'the module ' : ''}${name} changed${inside === null ? '' : `: ${inside}`}`
    return [
      {
        id: `file:${name}`,
        kind: 'file',
        name,
        cell: null,
        was: before.digest,
        is: after.digest,
        words,
        whyNot,
      },
    ]
  })
}

const randomStates = (edges: readonly Edge[]): readonly Edge[] =>
  edges.filter(({ kind, name }) => kind === 'state' && name.includes('random'))

/** Random numbers that began elsewhere: a cell that seeded them did not run, or nothing ever did. */
function seedCauses(good: Side, bad: Side, code: readonly Found[]): readonly Found[] {
  const edited = new Set(code.map(({ name }) => name))
  const [was, is] = [lastOfEach(good.slice), lastOfEach(bad.session)]
  const unseeded = [...was].filter(
    ([key, before]) => randomStates(before.generated).length > 0 && !is.has(key) && !edited.has(key),
  )
  const gone = unseeded.map(([key, before]): Found => {
    const words = `${cellWords(before)}, which set the random state, did not run`
    return {
      id: `seed:${key}`,
      kind: 'seed',
      name: key,
      cell: before.cell,
      was: before.source,
      is: null,
      words,
    }
  })
  return gone.length > 0 ? gone : driftCauses(good, bad, edited)
}

/** The first cell that left another random state with the same code. */
function driftCauses(good: Side, bad: Side, edited: ReadonlySet<string>): readonly Found[] {
  const was = lastOfEach(good.slice)
  if ([...edited].some((key) => randomStates(was.get(key)?.generated ?? []).length > 0)) return []
  for (const after of bad.slice) {
    const before = was.get(cellKey(after))
    const states = new Map(randomStates(before?.generated ?? []).map((edge) => [edge.name, edge.digest]))
    const drifted = randomStates(after.generated).find(
      ({ name, digest }) => states.has(name) && states.get(name) !== digest,
    )
    if (before === undefined || drifted === undefined) continue
    if (randomStates(after.used).some(({ by }) => bad.slice.some(({ run }) => run === by))) continue
    const { name } = drifted
    const state = before.state?.before[name] ?? null
    const words = `${name} began with another state in ${cellWords(after)}: nothing seeds it`
    const whyNot = state === null ? 'the former random state was not kept' : null
    return [
      {
        id: `seed:${name}`,
        kind: 'seed',
        name,
        cell: after.cell,
        was: state,
        is: after.state?.before[name] ?? null,
        words,
        whyNot,
      },
    ]
  }
  return []
}

/** The cells that made each result, in the order in which they ran. */
function orderCauses(good: Side, bad: Side, others: readonly Found[]): readonly Found[] {
  const explained = new Set(others.map(({ name }) => name))
  const cells = cellsOfBoth(good, bad)
  const sequence = (side: Side) => historyOf(side).filter((receipt) => cells.has(cellKey(receipt)))
  const [was, is] = [effective(sequence(good), explained), effective(sequence(bad), explained)]
  if (was.map(cellKey).join('\n') === is.map(cellKey).join('\n')) return []
  // A slice that an edited cell made shorter or longer is no other order.
  if (others.some(({ kind }) => kind === 'code') && sameWithin(was, is)) return []
  const place = is.findIndex((receipt, index) => cellKey(receipt) !== keyAt(was, index))
  const first = is[place] ?? is.at(-1)
  const cellNames = (runs: readonly Receipt[]): string => runs.map(cellWords).join(', ')
  return [
    {
      id: 'order',
      kind: 'order',
      name: first === undefined ? 'order' : cellKey(first),
      cell: first?.cell ?? null,
      was: cellNames(was),
      is: cellNames(is),
      words: orderWords(was, is),
    },
  ]
}

/** What led to the result; where a restore took the session back, what it went on from. */
const historyOf = ({ session, slice }: Side): readonly Receipt[] =>
  session.some(({ actor }) => actor.id === restorer.id) ? slice : session

const keyAt = (runs: readonly Receipt[], index: number): string | null => {
  const receipt = runs[index]
  return receipt === undefined ? null : cellKey(receipt)
}

const effective = (runs: readonly Receipt[], explained: ReadonlySet<string>): readonly Receipt[] =>
  runs.filter((receipt) => !explained.has(cellKey(receipt)))

/** The same cells on both sides, each as it comes, where both have them. */
function sameWithin(was: readonly Receipt[], is: readonly Receipt[]): boolean {
  const [before, after] = [new Set(was.map(cellKey)), new Set(is.map(cellKey))]
  const common = (runs: readonly Receipt[]) =>
    runs.map(cellKey).filter((key) => before.has(key) && after.has(key))
  return common(was).join('\n') === common(is).join('\n')
}

function orderWords(was: readonly Receipt[], is: readonly Receipt[]): string {
  const count = (runs: readonly Receipt[]) => {
    const counts = new Map<string, number>()
    for (const receipt of runs) counts.set(cellKey(receipt), (counts.get(cellKey(receipt)) ?? 0) + 1)
    return counts
  }
  const [before, after] = [count(was), count(is)]
  const more = is.find((receipt) => (before.get(cellKey(receipt)) ?? 0) < (after.get(cellKey(receipt)) ?? 0))
  if (more !== undefined)
    return `${cellWords(more)} ran ${after.get(cellKey(more))} times, before: ${before.get(cellKey(more)) ?? 0}`
  const less = was.find((receipt) => (after.get(cellKey(receipt)) ?? 0) < (before.get(cellKey(receipt)) ?? 0))
  if (less !== undefined)
    return `${cellWords(less)} ran ${after.get(cellKey(less)) ?? 0} times, before: ${before.get(cellKey(less))}`
  return `the cells ran in another order: ${is.map(cellWords).join(', ')}`
}

function environmentCauses(good: Side, bad: Side): readonly Found[] {
  const differences = compareEnvironments(facetsOf(good.run.environment), facetsOf(bad.run.environment))
  const code = bad.slice.map(({ source }) => source).join('\n')
  return differences.flatMap((one): Found[] => {
    const { what, name, was, is } = one
    if (what === 'git') return []
    const words = environmentWords(one)
    const named = code.includes(name.replaceAll('-', '_')) ? 8 : 0
    const whyNot = whyNotSwapped(one)
    return [{ id: `${what}:${name}`, kind: what, name, cell: null, was, is, words, whyNot, weight: named }]
  })
}

function whyNotSwapped(difference: EnvironmentDifference): string | null {
  const { what } = difference
  if (what === 'python' || what === 'platform') return `another ${what} cannot be had here`
  return isByDigest(difference) ? 'its former value is not recorded' : null
}

function hostCauses(good: Side, bad: Side): readonly Found[] {
  const [was, is] = [hostName(good.run.host), hostName(bad.run.host)]
  if (was === undefined || is === undefined || was === is) return []
  const words = `ran on ${is}, before on ${was}`
  const whyNot = 'a replay runs on this machine alone'
  return [{ id: 'host', kind: 'host', name: 'host', cell: null, was, is, words, whyNot }]
}
