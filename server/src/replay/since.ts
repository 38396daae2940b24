/**
 * "Since it worked": what differs between a good and a bad run, and the proof by swapping. Invariant: a proof
 * holds only if the bad run, repeated as it was, is bad again, and with the swap gives the good result.
 */

import { dirname, join } from 'node:path'
import type { Cause, Isolation, JobProgress, SinceReport, Trial, Verdict } from '../../contract/replay.ts'
import { sinceHeadline } from '../../contract/replay-words.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import { sayIn } from '../../contract/words.ts'
import { changeBetween, changeWords, type FolderManifest } from '../store/folder-manifest.ts'
import { cellKey, fileKey, lastOfEach, outsideFiles, rankCauses, type Side } from './causes.ts'
import { fileFacts } from './file-facts.ts'
import { manifestOf } from './folder-now.ts'
import { type Asked, chooseRuns } from './good-run.ts'
import { verdictOf } from './judging.ts'
import { readyRuns } from './ready-replay.ts'
import { type ReplayOptions, replay } from './replay.ts'
import type { Swaps } from './replay-kernel.ts'
import { isRefused, type Refused, runsOf } from './targets.ts'
import type { ReplayWorld } from './world.ts'

/** More trials than these would take too long for their result. */
const MOST_SINGLES = 12
const MOST_PAIRS = 15

export interface SinceOptions extends Omit<ReplayOptions, 'purpose'> {
  readonly prove: boolean
}

export async function since(
  world: ReplayWorld,
  asked: Asked,
  options: SinceOptions,
): Promise<SinceReport | Refused> {
  const runs = await chooseRuns(world.store.index, asked)
  if (isRefused(runs)) return runs
  const [good, bad] = [await sideOf(world, runs.good), await sideOf(world, runs.bad)]
  if (isRefused(good)) return good
  if (isRefused(bad)) return bad
  const hasBytes = await bytesAtHand(world, good)
  const causes = rankCauses(good, bad, { hasBytes, members: await memberWords(world, good, bad) })
  const proof = options.prove ? await prove(world, good, bad, causes, options) : null
  const found = { bad: bad.run.run, good: good.run.run, chosen: runs.chosen, causes: [...causes], proof }
  return { ...found, words: sinceHeadline(found, sayIn.en) }
}

async function sideOf({ store: { index } }: ReplayWorld, run: Receipt): Promise<Side | Refused> {
  const slice = await runsOf(index, { kind: 'run', run: run.run })
  if (isRefused(slice)) return slice
  const all = await runsOf(index, { kind: 'session', session: run.session })
  const session = isRefused(all) ? slice : all.filter(({ order }) => order <= run.order)
  return { run, slice: slice.toSorted((a, b) => a.order - b.order), session }
}

async function bytesAtHand(world: ReplayWorld, good: Side): Promise<(edge: Edge) => boolean> {
  const cwd = dirname(join(world.root, good.run.notebook))
  const { onDisk, stored } = await fileFacts(cwd, world.store, good.slice)
  return ({ name, digest, value }) =>
    digest !== null && (onDisk.get(name) === digest || stored.has(value?.digest ?? digest))
}

/** How folders differ that both read. */
async function memberWords(
  { store: { objects } }: ReplayWorld,
  good: Side,
  bad: Side,
): Promise<(before: Edge, after: Edge) => string | null> {
  const manifests = new Map<string, FolderManifest>()
  for (const edge of [...outsideFiles(good).values(), ...outsideFiles(bad).values()]) {
    const manifest = await manifestOf(objects, edge)
    if (manifest !== null && edge.digest !== null) manifests.set(edge.digest, manifest)
  }
  return (before, after) => {
    const [was, is] = [manifests.get(before.digest ?? ''), manifests.get(after.digest ?? '')]
    return was === undefined || is === undefined ? null : changeWords(changeBetween(was, is))
  }
}

/** The bad run as it was, but for what is swapped. */
function scenario(good: Side, bad: Side, swapped: readonly Cause[]): readonly Receipt[] {
  const names = (kind: Cause['kind']) =>
    new Set(swapped.flatMap((cause) => (cause.kind === kind ? [cause.name] : [])))
  const [code, files, seeds] = [names('code'), names('file'), names('seed')]
  const [was, is] = [lastOfEach(good.session), lastOfEach(bad.session)]
  const cells = new Set([...good.slice, ...bad.slice].map(cellKey))
  const inOrder = (swapped.some(({ kind }) => kind === 'order') ? good : bad).session
  const sequence = inOrder.filter((receipt) => cells.has(cellKey(receipt)))
  const missing = good.slice.filter((receipt) => seeds.has(cellKey(receipt)) && !is.has(cellKey(receipt)))
  const all = [...missing, ...sequence]
  const [goodFiles, badFiles] = [outsideFiles(good), outsideFiles(bad)]
  return all.map((receipt) => {
    const key = cellKey(receipt)
    const own = inOrder === bad.session ? receipt : (is.get(key) ?? receipt)
    const chosen = code.has(key) ? (was.get(key) ?? own) : own
    const used = chosen.used.map((edge) => fileOf(edge, files, goodFiles, badFiles))
    const before = Object.fromEntries([...seeds].flatMap((name) => stateOf(was.get(key), name)))
    const state = chosen.state && { ...chosen.state, before: { ...chosen.state.before, ...before } }
    return { ...chosen, used, state }
  })
}

const stateOf = (receipt: Receipt | undefined, name: string): readonly (readonly [string, string])[] => {
  const digest = receipt?.state?.before[name]
  return digest === undefined ? [] : [[name, digest]]
}

/** Of a file that both read, the version of the side that is asked for. */
function fileOf(
  edge: Edge,
  swapped: ReadonlySet<string>,
  good: ReadonlyMap<string, Edge>,
  bad: ReadonlyMap<string, Edge>,
): Edge {
  const [was, is] = [good.get(fileKey(edge)), bad.get(fileKey(edge))]
  return (swapped.has(edge.name) ? was : is) ?? edge
}

function swapsOf(causes: readonly Cause[]): Swaps {
  const of = (kind: Cause['kind']) => causes.filter((cause) => cause.kind === kind)
  return {
    variables: Object.fromEntries(of('variable').map(({ name, was }) => [name, was])),
    distributions: of('package').flatMap(({ name, was }) => (was === null ? [] : [{ name, version: was }])),
  }
}

type Proof = NonNullable<SinceReport['proof']>

async function prove(
  world: ReplayWorld,
  good: Side,
  bad: Side,
  causes: readonly Cause[],
  options: SinceOptions,
): Promise<Proof> {
  const able = causes.filter(({ provable }) => provable)
  const trials: Trial[] = []
  let isolation: Proof['isolation'] = null
  const attempt = async (swapped: readonly Cause[]): Promise<boolean> => {
    const trial = await tryOut(world, good, bad, swapped, {
      ...options,
      onIsolated: (facts) => {
        isolation = facts
      },
    })
    trials.push(trial)
    options.onProgress?.(progressOf(trials, able.length + 1))
    return trial.explains
  }
  if (await attempt([])) return { trials, explanation: null, isolation }
  const sets = [...able.slice(0, MOST_SINGLES).map((one) => [one]), ...pairs(able).slice(0, MOST_PAIRS)]
  if (able.length > 2) sets.push([...able])
  for (const set of sets) {
    if (options.signal?.aborted) break
    if (await attempt(set)) return { trials, explanation: set.map(({ id }) => id), isolation }
  }
  return { trials, explanation: null, isolation }
}

const pairs = (causes: readonly Cause[]): Cause[][] =>
  causes.flatMap((one, place) => causes.slice(place + 1).map((other) => [one, other]))

const progressOf = (trials: readonly Trial[], total: number): JobProgress => ({
  done: trials.length,
  total: Math.max(total, trials.length),
  now: trials.at(-1)?.words ?? null,
  verdicts: [],
})

/** One replay of the bad run's making, and whether its end is the good one's. */
async function tryOut(
  world: ReplayWorld,
  good: Side,
  bad: Side,
  swapped: readonly Cause[],
  options: SinceOptions & { readonly onIsolated: (facts: Isolation) => void },
): Promise<Trial> {
  const target = { kind: 'run', run: bad.run.run } as const
  const ready = await readyRuns(world, target, scenario(good, bad, swapped))
  const purpose = { kind: 'proof', of: bad.run.run } as const
  const { onProgress: _, prove: __, onIsolated, ...rest } = options
  if (isRefused(ready)) return untried(swapped, ready)
  onIsolated(ready.isolation.facts)
  const report = await replay(world, ready, { ...rest, purpose, withEnvironment: true }, swapsOf(swapped))
  const last = report.steps.at(-1)
  const receipt = last?.replayRun == null ? null : await world.store.index.receipt(last.replayRun)
  const verdict: Verdict | null =
    receipt === null ? null : (await verdictOf(world, good.run, receipt, new Set())).verdict
  const explains = verdict === 'identical' || verdict === 'equal'
  const problem = verdict === null ? (report.cause ?? 'it could not be run') : null
  return {
    swapped: swapped.map(({ id }) => id),
    verdict,
    explains,
    words: trialWords(swapped, explains, problem),
  }
}

const untried = (swapped: readonly Cause[], { refused }: Refused): Trial => ({
  swapped: swapped.map(({ id }) => id),
  verdict: null,
  explains: false,
  words: trialWords(swapped, false, refused.message),
})

function trialWords(swapped: readonly Cause[], explains: boolean, problem: string | null): string {
  const what = swapped.length === 0 ? 'as it was' : `with yesterday's ${swapped.map(shortName).join(' and ')}`
  if (problem !== null) return `${what} it cannot be tried: ${problem}`
  if (swapped.length === 0)
    return explains
      ? 'run again as it was, the result is good'
      : 'run again as it was, the result is bad again'
  return `${what} the result is ${explains ? '' : 'still not '}yesterday's`
}

const shortNames: Partial<Record<Cause['kind'], (cause: Cause) => string>> = {
  code: ({ cell, name }) => `code of cell ${cell ?? name}`,
  order: () => 'order of runs',
  seed: ({ name, cell }) => (cell === null ? `random state of ${name}` : `random state (cell ${cell})`),
}
const shortName = (cause: Cause): string => shortNames[cause.kind]?.(cause) ?? `\`${cause.name}\``
