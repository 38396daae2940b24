/**
 * pure. From recorded runs to the steps that repeat them: what runs again, what cannot and why, which file each step
 * is given, how long it takes. Invariant: a step is told to run only where all that it needs is given or made before.
 */
import { isAbsolute } from 'node:path'
import type { FilePin, PlanStep, ReplayPlan, ReplayTarget } from '../../contract/replay.ts'
import type { Edge, Receipt } from '../../contract/run.ts'

/** Where the bytes of a file version can be had, beside what the plan itself makes. */
export interface FileSource {
  /** The digest of the file of this name as it is on disk now; null where it is gone or too large to be read. */
  readonly onDisk: ReadonlyMap<string, string | null>
  /** Objects of which the store has the bytes. */
  readonly stored: ReadonlySet<string>
  /** Objects of which a person let the bytes go. */
  readonly dropped?: ReadonlySet<string>
  /** Whether what was sent out may be sent again: no copy holds that back. */
  readonly maySend?: boolean
}

export interface PlanFacts extends FileSource {
  readonly target: ReplayTarget
  /** In the order in which they are to run. */
  readonly runs: readonly Receipt[]
  /** Runs whose stored values are loaded in place of running them. */
  readonly reused?: ReadonlySet<string>
}

/** A file that a step is given before it runs. */
export interface Given {
  readonly pin: FilePin
  readonly edge: Edge
}

/** A step with the files to lay out before it. */
export interface PreparedStep {
  readonly step: PlanStep
  readonly receipt: Receipt
  readonly given: readonly Given[]
  /** Random states to set before it, by digest: those that the step before it does not leave so. */
  readonly random: Readonly<Record<string, string>>
}

export interface Prepared {
  readonly plan: ReplayPlan
  readonly steps: readonly PreparedStep[]
}

/** The plan, and beside it what its steps are performed from. Throws where there is nothing to run. */
export function planReplay(facts: PlanFacts): Prepared {
  const [first] = facts.runs
  if (first === undefined) throw new Error('a plan of no runs')
  const made = new Map<string, string | null>()
  const lost = new Map<string, PlanStep>()
  const left = new Map<string, Left>()
  const steps = facts.runs.map((receipt) => ({
    ...prepare(receipt, made, lost, facts),
    random: statesToSet(receipt, left),
  }))
  const plan: ReplayPlan = {
    target: facts.target,
    notebook: facts.runs.at(-1)?.notebook ?? first.notebook,
    session: facts.runs.at(-1)?.session ?? first.session,
    steps: steps.map(({ step }) => step),
    files: onceEach(steps.flatMap(({ given }) => given.map(({ pin }) => pin))),
    environment: [],
    effects: [...new Set(facts.runs.flatMap(effectsOf))],
    sends: [...new Set(facts.runs.flatMap(sentBy))],
    expectedMs: total(steps.map(({ step }) => step)),
  }
  return { plan, steps }
}

/** Files that these steps make before any of them reads what stood there: in the beginning they are not there. */
export function ownFiles(steps: readonly PreparedStep[]): ReadonlySet<string> {
  const [own, found] = [new Set<string>(), new Set<string>()]
  for (const { receipt, given } of steps) {
    for (const { pin } of given) (pin.from === 'made' ? own : found).add(pin.name)
    for (const { kind, name, deleted } of receipt.generated)
      if (kind === 'file' && !deleted && !found.has(name)) own.add(name)
  }
  return own
}

/**
 * `made`: what the steps before left in files, by name; `lost`: those of them that cannot run. Each step adds its own.
 */
function prepare(
  receipt: Receipt,
  made: Map<string, string | null>,
  lost: Map<string, PlanStep>,
  facts: PlanFacts,
): Omit<PreparedStep, 'random'> {
  const given = receipt.used.filter(isFile).map((edge) => ({ edge, pin: pinOf(edge, made, facts) }))
  for (const edge of receipt.generated) if (edge.kind === 'file') made.set(edge.name, edge.digest)
  const { run, cell, cellId, title, durationMs } = receipt
  const { action, why } = actionOf(receipt, given, facts, lost)
  const expectedMs = action === 're-run' ? durationMs : null
  const step = { run, cell, cellId, title, action, why, expectedMs }
  if (action === 'cannot') lost.set(run, step)
  return { step, receipt, given }
}

/**
 * What a step finds as the step before it left it is the replay's own; at the beginning, and where another run of its
 * session stood between them, it is given as it was. `left`: the states after the steps before, as they were recorded.
 */
function statesToSet({ state, session }: Receipt, left: Map<string, Left>): Record<string, string> {
  const states = Object.entries(state?.before ?? {}).filter(([name, digest]) => {
    const last = left.get(name)
    return last === undefined || (last.session === session && last.digest !== digest)
  })
  for (const [name, digest] of Object.entries(state?.random ?? {})) left.set(name, { session, digest })
  return Object.fromEntries(states)
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
  const lost = source.dropped?.has(object) ? 'were let go' : 'were not kept'
  return pin('cannot', `${since}, and its bytes ${lost}`)
}

function actionOf(
  receipt: Receipt,
  given: readonly Given[],
  { reused, maySend = false }: PlanFacts,
  lost: ReadonlyMap<string, PlanStep>,
): Pick<PlanStep, 'action' | 'why'> {
  if (reused?.has(receipt.run)) return { action: 'reuse', why: 'what it made is loaded' }
  if (receipt.outcome === 'died')
    return { action: 'cannot', why: `the kernel died in it: ${receipt.death ?? 'nobody knows why'}` }
  if (receipt.outcome === 'aborted') return { action: 'cannot', why: 'it did not run then' }
  const [sent] = sentBy(receipt)
  if (sent !== undefined && !maySend)
    return { action: 'cannot', why: `it sends ${sent}, which is done again only where you allow it` }
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

const effectKinds: Partial<Record<Edge['kind'], string>> = {
  socket: 'connects to',
  url: 'asks for',
  subprocess: 'starts',
}

const SENT = /^fetched \((POST|PUT|PATCH|DELETE)\b/

/** What it changed elsewhere, as far as requests tell: `POST to https://…`. */
function sentBy({ used }: Receipt): readonly string[] {
  return used.flatMap(({ kind, name, reason }) => {
    const method = kind === 'url' ? SENT.exec(reason ?? '')?.[1] : undefined
    return method === undefined ? [] : [`${method} to ${name}`]
  })
}

/** What a scratch copy does not hold back. */
function effectsOf({ used, generated }: Receipt): readonly string[] {
  const outside = generated.filter(({ kind, name }) => kind === 'file' && isAbsolute(name))
  return [
    ...used.flatMap(({ kind, name }) => (effectKinds[kind] ? [`${effectKinds[kind]} ${name}`] : [])),
    ...outside.map(({ name }) => `writes ${name}, which a replay keeps in its copy`),
  ]
}

function total(steps: readonly PlanStep[]): number | null {
  const known = steps.flatMap(({ expectedMs }) => (expectedMs === null ? [] : [expectedMs]))
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
}
