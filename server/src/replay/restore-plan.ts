/**
 * pure. How a kernel gets back the variables that it had after a run: what is loaded, what runs again, and in which
 * order. Invariant: whatever runs again finds what it read, loaded or made before it.
 */
import type { Edge, Receipt } from '../../contract/run.ts'
import { type Choice, cheapest, type Item, type Work } from './cheapest.ts'
import type { LiveState } from './live-state.ts'
import type { FileSource } from './plan.ts'

/** A variable's version of which the bytes are here and ours. */
export interface Loadable {
  readonly run: string
  /** Of the run, in its session. */
  readonly order: number
  readonly edge: Edge
  /** The name to bind in the kernel. Default: the variable's own. */
  readonly as?: string
}

export interface RestorePlan {
  readonly load: readonly Loadable[]
  /** In their order. */
  readonly rerun: readonly Receipt[]
}

export interface RestoreFacts extends FileSource {
  readonly live: LiveState
  /** By `versionKey`. */
  readonly loadable: ReadonlyMap<string, Loadable>
  /** Runs that may not run in this kernel. Default: none. */
  readonly forbidden?: ReadonlySet<string>
}

/** What a load and a run cost beside their bytes and their own time, and loading at all, in ms. */
const LOAD_MS = 3
const LOADING_MS = 40
const RUN_MS = 15
const IMPORT_MS = 2000
const BYTES_PER_MS = 200_000
/** By so much running again must be expected slower. */
const MARGIN = 1.25

export const versionKey = (run: string, name: string): string => `${run} ${name}`

/** The run of a version's key. */
export const makerOf = (key: string): string => key.slice(0, key.indexOf(' '))

/** Loads where that is quicker, by what was measured when the runs ran. */
export function planRestore(facts: RestoreFacts): RestorePlan {
  const { live, loadable, forbidden = new Set(), withoutSecret = new Map() } = facts
  const items = new Map<string, Item>()
  const durations = new Map(live.runs.map(({ run, durationMs }) => [run, durationMs]))
  const itemOf = (run: string, name: string): string => {
    const id = versionKey(run, name)
    const stored = loadable.get(id)
    const loadMs = stored === undefined ? null : loadCost(stored.edge, durations.get(run) ?? 0)
    items.set(id, { id, maker: run, loadMs })
    return id
  }
  const there = new Set(live.runs.map(({ run }) => run))
  const versions = versionsOf(live.runs)
  const works = live.runs.map((receipt): Work => {
    const needs = wholeVersions(receipt, versions, loadable).flatMap((edge) => {
      const { by, kind, name } = edge
      if (by === null || !there.has(by) || by === receipt.run || isGiven(receipt, edge, facts)) return []
      return [itemOf(by, kind === 'variable' ? name : `${kind} ${name}`)]
    })
    const found = (live.before.get(receipt.run) ?? []).map(({ name, by }) => itemOf(by, name))
    const isBarred = forbidden.has(receipt.run) || withoutSecret.has(receipt.run)
    const ms = canRun(receipt) && !isBarred ? receipt.durationMs + RUN_MS : null
    return { id: receipt.run, ms, needs: [...needs, ...found] }
  })
  const wanted = [...live.variables].flatMap(([name, { by }]) =>
    by !== null && there.has(by) ? [itemOf(by, name)] : [],
  )
  // What nothing brings back is left out: its cost would be infinite, and that of the others would not count beside it.
  const canBeHad = obtainable(items, works)
  const { load, rerun } = quickest([...items.values()], works, wanted.filter(canBeHad))
  return {
    load: [...load].flatMap((id) => loadable.get(id) ?? []),
    rerun: live.runs.filter(({ run }) => rerun.has(run)),
  }
}

/** The variables that these runs made, by `versionKey`, with the place of each run. */
const versionsOf = (runs: readonly Receipt[]): ReadonlyMap<string, number> =>
  new Map(
    runs.flatMap(({ run, generated }, place) =>
      generated.flatMap(({ kind, name, deleted }): [string, number][] =>
        kind === 'variable' && !deleted ? [[versionKey(run, name), place]] : [],
      ),
    ),
  )

/**
 * What a run used, where a variable that several runs made in part counts by its last version, if that is loaded: all parts
 * are in it. A run that changed a part by another name made no version under this one.
 */
function wholeVersions(
  { used }: Receipt,
  versions: ReadonlyMap<string, number>,
  loadable: ReadonlyMap<string, Loadable>,
): readonly Edge[] {
  const last = new Map<string, { readonly place: number; readonly key: string }>()
  const keyOf = ({ by, name }: Edge): string => versionKey(by ?? '', name)
  for (const edge of used) {
    const place = edge.kind === 'variable' ? versions.get(keyOf(edge)) : undefined
    const known = last.get(edge.name)
    if (place !== undefined && place > (known?.place ?? -1)) last.set(edge.name, { place, key: keyOf(edge) })
  }
  return used.filter((edge) => {
    const newest = edge.kind === 'variable' ? last.get(edge.name) : undefined
    if (newest === undefined) return true
    return loadable.has(newest.key) ? keyOf(edge) === newest.key : versions.has(keyOf(edge))
  })
}

/** Whether a version can be loaded, or its run can run again on what can be had. `works`: in their order. */
function obtainable(items: ReadonlyMap<string, Item>, works: readonly Work[]): (id: string) => boolean {
  const able = new Set<string>()
  const canBeHad = (id: string): boolean => {
    const item = items.get(id)
    return item !== undefined && (item.loadMs !== null || able.has(item.maker))
  }
  for (const { id, ms, needs } of works) if (ms !== null && needs.every(canBeHad)) able.add(id)
  return canBeHad
}

/**
 * The least cut, unless the little that it loads would be made sooner than loading begins, or nearly as soon: what was
 * measured once comes out otherwise another time, and what runs again is sure.
 */
function quickest(items: readonly Item[], works: readonly Work[], wanted: readonly string[]): Choice {
  const cut = cheapest(items, works, wanted)
  if (cut.load.size === 0) return cut
  const none = cheapest(
    items.map((item) => ({ ...item, loadMs: null })),
    works,
    wanted,
  )
  const isAll = [...cut.load].every((id) => none.rerun.has(makerOf(id)))
  return isAll && msOf(none, items, works) <= msOf(cut, items, works) * MARGIN + LOADING_MS ? none : cut
}

/** Infinite where something of it cannot be done. */
function msOf({ load, rerun }: Choice, items: readonly Item[], works: readonly Work[]): number {
  const loads = items.map(({ id, loadMs }) => (load.has(id) ? (loadMs ?? Infinity) : 0))
  const runs = works.map(({ id, ms }) => (rerun.has(id) ? (ms ?? Infinity) : 0))
  return [...loads, ...runs].reduce((sum, ms) => sum + ms, 0)
}

/**
 * A module is imported either way, and the run that did so may have set it up: that one is preferred, unless it did much
 * beside.
 */
function loadCost({ type, value }: Edge, makerMs: number): number {
  if (type === 'module') return Math.min(makerMs, IMPORT_MS) + RUN_MS + LOAD_MS
  return LOAD_MS + (value?.size ?? 0) / BYTES_PER_MS
}

const canRun = ({ outcome }: Receipt): boolean => outcome === 'ok' || outcome === 'error'

/** What a run is given without its maker: random states that are kept, and files whose bytes are here. */
function isGiven({ state }: Receipt, edge: Edge, { onDisk, stored }: FileSource): boolean {
  if (edge.kind === 'state') return state?.before[edge.name] !== undefined
  if (edge.kind !== 'file' && edge.kind !== 'module') return false
  if (edge.digest === null) return false
  return onDisk.get(edge.name) === edge.digest || stored.has(edge.value?.digest ?? edge.digest)
}
