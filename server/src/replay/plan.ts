/**
 * pure. From recorded runs to the steps that repeat them: what runs again, what cannot and why, which file each step
 * is given, how long it takes. Invariant: a step runs only if all that it needs is given or made before.
 */
import type { FilePin, Isolation, PlanStep, ReplayPlan, ReplayTarget } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'
import {
  type AllowedEffects,
  effectsOf,
  isolatedEffects,
  namesToAllow,
  refusedEffect,
  sentBy,
} from './effects.ts'
import type { FolderNow } from './folder-now.ts'
import { type Given, givenFolders } from './plan-folders.ts'

/** Where the bytes of a file version can be had, beside what the plan itself makes. */
export interface FileSource {
  /** The digest of the file of this name as it is on disk now; null where it is gone or too large to be read. */
  readonly onDisk: ReadonlyMap<string, string | null>
  /** Objects of which the store has the bytes. */
  readonly stored: ReadonlySet<string>
  /** By `folderKey`: folders that the runs read, beside their present state. */
  readonly folders?: ReadonlyMap<string, FolderNow>
  /** Objects of which a person let the bytes go. */
  readonly dropped?: ReadonlySet<string>
  /** Which effects may happen again. Default: those that an isolation layer holds back, which is all but sending. */
  readonly allowed?: AllowedEffects
  /** By run: why its code cannot run, since a secret of it is nowhere. */
  readonly withoutSecret?: ReadonlyMap<string, string>
}

export interface PlanFacts extends FileSource {
  readonly target: ReplayTarget
  /** Default: none. */
  readonly isolation?: Isolation
  /** In the order in which they are to run. */
  readonly runs: readonly Receipt[]
  /** Runs whose stored values are loaded in place of running them. */
  readonly reused?: ReadonlySet<string>
}

/** What a step is given of the chance that it had, and of what a person answered, by digest. */
export interface Chance {
  /** Random states to set before it: those that the step before it does not leave so. */
  readonly states: Readonly<Record<string, string>>
  /** What it drew from the operating system. */
  readonly entropy: string | null
  /** What a person answered to `input()`. */
  readonly answers: string | null
  /** What people set with widgets that it read. */
  readonly widgets: string | null
}

/** A step with the files to lay out before it. */
export interface PreparedStep {
  readonly step: PlanStep
  readonly receipt: Receipt
  readonly given: readonly Given[]
  readonly chance: Chance
}

export interface Prepared {
  readonly plan: ReplayPlan
  readonly steps: readonly PreparedStep[]
}

const noIsolation: Isolation = {
  name: 'none',
  writes: 'open',
  programs: 'open',
  network: 'open',
  why: null,
}

/** The plan, and beside it what its steps are performed from. Throws where there is nothing to run. */
export function planReplay(facts: PlanFacts): Prepared {
  const [first] = facts.runs
  if (first === undefined) throw new Error('a plan of no runs')
  const made = new Map<string, string | null>()
  const lost = new Map<string, PlanStep>()
  const left = new Map<string, Left>()
  const steps = facts.runs.map((receipt) => {
    const prepared = prepare(receipt, made, lost, facts)
    const { entropy = null, answers = null, widgets = null } = receipt.state ?? {}
    const chance = { states: statesToSet(receipt, left), entropy, answers, widgets }
    if (prepared.step.action === 're-run') noteStates(receipt, left)
    return { ...prepared, chance }
  })
  const plan: ReplayPlan = {
    target: facts.target,
    notebook: facts.runs.at(-1)?.notebook ?? first.notebook,
    session: facts.runs.at(-1)?.session ?? first.session,
    steps: steps.map(({ step }) => step),
    files: onceEach(steps.flatMap(({ given }) => given.map(({ pin }) => pin))),
    environment: [],
    effects: [...new Set(facts.runs.flatMap(effectsOf))],
    isolation: facts.isolation ?? noIsolation,
    sends: [...new Set(facts.runs.flatMap(sentBy))],
    allowable: namesToAllow(facts.runs, facts.isolation ?? noIsolation),
    expectedMs: total(steps.map(({ step }) => step)),
  }
  return { plan, steps }
}

/** Files that these steps make before any of them reads the old ones: at the beginning they are not there. */
export function ownFiles(steps: readonly PreparedStep[]): ReadonlySet<string> {
  const [own, found] = [new Set<string>(), new Set<string>()]
  for (const { receipt, given } of steps) {
    for (const { pin } of given) (pin.from === 'made' ? own : found).add(pin.name)
    for (const { kind, name, deleted } of receipt.generated)
      if (kind === 'file' && !deleted && !found.has(name)) own.add(name)
  }
  return own
}

/** The names of all files that these steps are given, or wrote then. */
export function touchedFiles(steps: readonly PreparedStep[]): ReadonlySet<string> {
  return new Set(
    steps.flatMap(({ receipt, given }) => [
      ...given.map(({ pin }) => pin.name),
      ...receipt.generated.flatMap(({ kind, name }) => (kind === 'file' ? [name] : [])),
    ]),
  )
}

/**
 * `made`: what the steps before left in files, by name; `lost`: those of them that cannot run. Each step adds its own.
 */
function prepare(
  receipt: Receipt,
  made: Map<string, string | null>,
  lost: Map<string, PlanStep>,
  facts: PlanFacts,
): Omit<PreparedStep, 'chance'> {
  const single = receipt.used.filter(isFile).map((edge) => ({ edge, pin: pinOf(edge, made, facts) }))
  const files = [...single, ...givenFolders(receipt, made, facts)]
  for (const edge of receipt.generated) if (edge.kind === 'file') made.set(edge.name, edge.digest)
  const { run, cell, cellId, title, durationMs } = receipt
  const { action, why } = actionOf(receipt, files, facts, lost)
  const expectedMs = action === 're-run' ? durationMs : null
  const step = { run, cell, cellId, title, action, why, expectedMs }
  if (action === 'cannot') lost.set(run, step)
  return { step, receipt, given: files }
}

/**
 * What a step finds as the step before it left it is the replay's own; at the beginning, and if another run of its
 * session was between them, it is given as it was. `left`: the states after the steps before, as they were recorded.
 */
function statesToSet({ state, session }: Receipt, left: Map<string, Left>): Record<string, string> {
  const states = Object.entries(state?.before ?? {}).filter(([name, digest]) => {
    const last = left.get(name)
    return last === undefined || (last.session === session && last.digest !== digest)
  })
  return Object.fromEntries(states)
}

function noteStates({ state, session }: Receipt, left: Map<string, Left>): void {
  for (const [name, digest] of Object.entries(state?.random ?? {})) left.set(name, { session, digest })
}

/** A random state as a step left it. */
interface Left {
  readonly session: string
  readonly digest: string
}

/** What is laid out: files that were read, and the source of the person's own modules; not what was only looked for. */
const isFile = ({ kind, deleted, digest, size }: Edge): boolean =>
  (kind === 'file' || kind === 'module') && !deleted && (digest !== null || size !== null)

function pinOf(edge: Edge, made: ReadonlyMap<string, string | null>, source: FileSource): FilePin {
  const { digest } = edge
  const name = edge.name
  const pin = (from: FilePin['from'], why: string | null = null): FilePin => ({ name, digest, from, why })
  if (made.has(name) && (made.get(name) === digest || digest === null)) return pin('made')
  if (digest === null && source.onDisk.get(name) != null)
    return pin('disk', 'its content was not captured, and it is given as it is now')
  if (digest === null) return pin('cannot', 'its content was not captured, and it is gone')
  if (source.onDisk.get(name) === digest) return pin('disk')
  const object = edge.value?.digest ?? digest
  if (source.stored.has(object)) return pin('store', 'it has changed since, and is given as it was')
  const since = source.onDisk.get(name) == null ? 'it is gone' : 'it has changed since'
  const lost = source.dropped?.has(object) ? 'were deleted' : 'were not kept'
  return pin('cannot', `${since}, and its bytes ${lost}`)
}

function actionOf(
  receipt: Receipt,
  given: readonly Given[],
  { reused, allowed = isolatedEffects, withoutSecret }: PlanFacts,
  lost: ReadonlyMap<string, PlanStep>,
): Pick<PlanStep, 'action' | 'why'> {
  if (reused?.has(receipt.run)) return { action: 'reuse', why: 'what it made is loaded' }
  if (receipt.outcome === 'died')
    return { action: 'cannot', why: `the kernel died in it: ${receipt.death ?? 'the reason is unknown'}` }
  if (receipt.outcome === 'aborted') return { action: 'cannot', why: 'it did not run then' }
  const secret = withoutSecret?.get(receipt.run)
  if (secret !== undefined) return { action: 'cannot', why: secret }
  const effect = refusedEffect(receipt, allowed)
  if (effect !== null) return { action: 'cannot', why: effect }
  const gone = given.find(({ pin, edge }) => pin.from === 'cannot' && edge.edge === 'observed')
  if (gone !== undefined) return { action: 'cannot', why: `${gone.pin.name}: ${gone.pin.why}` }
  const missing = receipt.used.find(({ by, edge }) => by !== null && edge === 'observed' && lost.has(by))
  const maker = lost.get(missing?.by ?? '')
  if (missing !== undefined && maker !== undefined)
    return { action: 'cannot', why: `it needs ${missing.name} of cell ${maker.cell}, which cannot be run` }
  return { action: 're-run', why: null }
}

function onceEach(pins: readonly FilePin[]): FilePin[] {
  const seen = new Map(pins.map((pin) => [JSON.stringify([pin.name, pin.digest, pin.from]), pin]))
  return [...seen.values()]
}

function total(steps: readonly PlanStep[]): number | null {
  const known = steps.flatMap(({ expectedMs }) => (expectedMs === null ? [] : [expectedMs]))
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
}
