/**
 * pure. The variables that a kernel had after a run, and the runs that bring them back. Invariant: every variable that
 * was there is listed, with the run that made it last; the runs are closed under what they used.
 */
import type { Edge, Receipt } from '../../contract/run.ts'

/** The agent's word for a name that a run rebound. */
const BOUND = 'bound in this run'

/** A variable as a run left it. */
export interface Version {
  readonly name: string
  readonly by: string
}

export interface LiveState {
  /** By name: the edge of the run that last made it. */
  readonly variables: ReadonlyMap<string, Edge>
  /** What has to run, in order. */
  readonly runs: readonly Receipt[]
  /** By run: what it changed in place, as it was before. */
  readonly before: ReadonlyMap<string, readonly Version[]>
}

/** The number of an output belongs to its kernel's life: in another life it means another output. */
const isShown = (name: string): boolean => name.startsWith('Out[')

/** `session`: the runs of one session up to the asked one, in order. `only`: the names that are wanted; default all. */
export function liveState(session: readonly Receipt[], only?: ReadonlySet<string>): LiveState {
  const variables = new Map<string, Edge>()
  const makers = new Map<string, string>()
  for (const { run, generated } of session) {
    for (const edge of generated) {
      if (edge.kind !== 'variable' || isShown(edge.name)) continue
      if (edge.deleted) variables.delete(edge.name)
      else variables.set(edge.name, edge)
      makers.set(edge.name, run)
    }
  }
  if (only !== undefined) for (const name of variables.keys()) if (!only.has(name)) variables.delete(name)
  const before = versionsBefore(session)
  const byId = new Map(session.map((receipt) => [receipt.run, receipt]))
  const needed = new Set([...variables.keys()].flatMap((name) => makers.get(name) ?? []))
  // A set is walked to its end, also where that moves away while walking.
  for (const run of needed) {
    for (const { by } of byId.get(run)?.used ?? []) if (by !== null && byId.has(by)) needed.add(by)
    for (const { by } of before.get(run) ?? []) needed.add(by)
    // Names that a run deleted or made beside are part of the state that its next one found.
    for (const { kind, name, by } of byId.get(run)?.generated ?? [])
      if (kind === 'variable' && by !== null && byId.has(by) && variables.has(name)) needed.add(by)
  }
  return { variables, runs: session.filter(({ run }) => needed.has(run)), before }
}

/** By run: the versions of the variables that it changed in place, as it found them. */
function versionsBefore(session: readonly Receipt[]): ReadonlyMap<string, readonly Version[]> {
  const last = new Map<string, string>()
  return new Map(
    session.map(({ run, generated }) => {
      const found = generated.flatMap(({ kind, name, reason, deleted }): Version[] => {
        const by = last.get(name)
        const changed = kind === 'variable' && !deleted && reason !== BOUND
        return changed && by !== undefined ? [{ name, by }] : []
      })
      for (const { kind, name } of generated) if (kind === 'variable') last.set(name, run)
      return [run, found]
    }),
  )
}
