/**
 * pure. What of a kernel's variables moves to another kernel, and how: by their stored bytes, by running again what makes
 * them, or not at all. Invariant: every variable is listed once, and what is left behind says why. A run with effects is
 * never repeated.
 */
import type { MoveReason } from '../../../contract/move.ts'
import type { Receipt } from '../../../contract/run.ts'
import { restorer } from '../../../contract/session.ts'
import { liveState } from '../live-state.ts'
import { type Loadable, planRestore, versionKey } from '../restore-plan.ts'
import type { KernelFactsThere, KernelLook } from './kernel-look.ts'

export interface MoveFacts {
  readonly look: KernelLook
  readonly target: KernelFactsThere
  /** The runs of the session, as `sessionReceipts` gives them. */
  readonly receipts: readonly Receipt[]
  /** By `versionKey`. */
  readonly loadable: ReadonlyMap<string, Loadable>
  /** The run that made each variable that the target has, by name. */
  readonly present: ReadonlyMap<string, string>
  /** Names of files that runs read and that do not move. */
  readonly lacking: ReadonlySet<string>
  /** By run: why its code cannot run. */
  readonly withoutSecret: ReadonlyMap<string, string>
}

/** How a variable moves. */
export interface VariablePlan {
  readonly name: string
  readonly type: string
  readonly way: 'sent' | 'rerun' | 'present' | 'left'
  /** The run that made it; null where that is unknown. */
  readonly by: string | null
  readonly reason: MoveReason | null
}

export interface PlannedMove {
  readonly variables: readonly VariablePlan[]
  /** In an order in which they can be loaded. */
  readonly load: readonly Loadable[]
  /** In their order. */
  readonly rerun: readonly Receipt[]
}

/** Added to what a run takes (ms): what can be loaded is not made again, since that may come out otherwise. */
const DEAR_MS = 3_600_000

export function planMove(facts: MoveFacts): PlannedMove {
  const { look, receipts } = facts
  const live = liveState(receipts)
  const blocked = new Map(receipts.flatMap((one) => pair(one.run, whyNotAgain(one, facts))))
  const first = firstRuns(receipts)
  const remade = new Map<string, MoveReason | null>()
  const variables = look.variables.map(({ name, type, bound, package: from }): VariablePlan => {
    const by = live.variables.get(name)?.by ?? null
    const left = (reason: MoveReason): VariablePlan => ({ name, type, way: 'left', by, reason })
    if (by === null) return left(bound === null ? plain('unrecorded') : plain(bound))
    if (facts.present.get(name) === (first.get(by) ?? by))
      return { name, type, way: 'present', by, reason: null }
    if (bound !== null && !(bound === 'gpu' && facts.target.gpu)) return left(plain(bound))
    if (from !== null && facts.target.missing.includes(from)) return left(plain('package', { package: from }))
    if (facts.loadable.has(versionKey(by, name))) return { name, type, way: 'sent', by, reason: null }
    if (!remade.has(by)) remade.set(by, whyNotMade(name, facts, blocked))
    const why = remade.get(by) ?? null
    return why === null ? { name, type, way: 'rerun', by, reason: null } : left(why)
  })
  const wanted = variables.filter(({ way }) => way === 'sent' || way === 'rerun').map(({ name }) => name)
  return { variables, ...stepsFor(new Set(wanted), facts) }
}

/** By run that a move repeated: the run that it repeats, which the kernel before had. */
function firstRuns(receipts: readonly Receipt[]): ReadonlyMap<string, string> {
  const last = new Map<string, string>()
  const first = new Map<string, string>()
  for (const { run, cellId, sourceDigest, actor } of receipts) {
    const key = `${cellId} ${sourceDigest}`
    const before = last.get(key)
    if (actor.id === restorer.id && before !== undefined) first.set(run, before)
    else last.set(key, run)
  }
  return first
}

const plain = (code: MoveReason['code'], values: Readonly<Record<string, string>> = {}): MoveReason => ({
  code,
  values: { ...values },
})

const pair = (run: string, why: MoveReason | null): readonly [string, MoveReason][] =>
  why === null ? [] : [[run, why]]

/** What is loaded and run to have these variables. */
function stepsFor(names: ReadonlySet<string>, { receipts, loadable, withoutSecret }: MoveFacts) {
  if (names.size === 0) return { load: [], rerun: [] }
  const live = liveState(receipts, names)
  const dear = { ...live, runs: live.runs.map((one) => ({ ...one, durationMs: one.durationMs + DEAR_MS })) }
  const files = {
    onDisk: new Map(),
    stored: new Set<string>(),
    folders: new Map(),
    dropped: new Set<string>(),
  }
  const { load, rerun } = planRestore({ live: dear, loadable, withoutSecret, ...files })
  const chosen = new Set(rerun.map(({ run }) => run))
  return { load, rerun: live.runs.filter(({ run }) => chosen.has(run)) }
}

/** Why a variable that is not stored cannot be made again; null where it can. */
function whyNotMade(
  name: string,
  facts: MoveFacts,
  blocked: ReadonlyMap<string, MoveReason>,
): MoveReason | null {
  const { rerun } = stepsFor(new Set([name]), facts)
  if (rerun.length === 0) return plain('unmade', { why: 'its run is not recorded' })
  return rerun.map(({ run }) => blocked.get(run) ?? null).find((why) => why !== null) ?? null
}

/** Why a run may not run again. */
function whyNotAgain(receipt: Receipt, { withoutSecret, lacking }: MoveFacts): MoveReason | null {
  const { run, outcome } = receipt
  const secret = withoutSecret.get(run)
  if (secret !== undefined) return plain('unmade', { why: secret })
  if (outcome !== 'ok' && outcome !== 'error') return plain('unmade', { why: `its run ${outcome}` })
  const lost = receipt.used.find(
    ({ kind, name }) => lacking.has(name) && (kind === 'file' || kind === 'module'),
  )
  if (lost !== undefined) return plain('unmade', { why: `it reads ${lost.name}, which is not there` })
  const effect = effectOf(receipt)
  return effect === null ? null : plain('effects', { effect })
}

function effectOf({ used, generated }: Receipt): string | null {
  const written = generated.find(({ kind }) => kind === 'file' || kind === 'table')
  if (written !== undefined) return `writes ${written.name}`
  const reached = used.find(({ kind }) => kind === 'url' || kind === 'socket' || kind === 'subprocess')
  if (reached === undefined) return null
  return reached.kind === 'subprocess' ? `starts ${reached.name}` : `connects to ${reached.name}`
}
