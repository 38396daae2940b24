/**
 * pure. The order of recorded runs. Invariant: a run comes after what it depends on; among those that
 * may come next, the one that ran first does. Where runs depend on each other in a circle (two kernels that wrote
 * what the other read), the one that ran first opens it.
 */
import type { RunLinks } from '../store/ports.ts'

/** When a run was, by the start of its session, then by its place in the session. */
export type Moment = Pick<RunLinks, 'run' | 'session' | 'sessionSeq' | 'order'>

/** Negative when `a` ran before `b`. */
export function compareMoments(a: Moment, b: Moment): number {
  return (
    a.sessionSeq - b.sessionSeq || compare(a.session, b.session) || a.order - b.order || compare(a.run, b.run)
  )
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** All of `moments`, ordered; `dependencies` returns what a run depends on; this may include the run itself and runs outside `moments`. */
export function orderRuns<M extends Moment>(
  moments: readonly M[],
  dependencies: (run: string) => Iterable<string>,
): readonly M[] {
  const inTime = moments.toSorted(compareMoments)
  const graph = invert(inTime, dependencies)
  const ordered = new Set<M>()
  // The last of `ready` is the next.
  const ready = inTime.filter(({ run }) => graph.waitsFor(run) === 0).toReversed()
  const byTime = inTime.values()
  while (ordered.size < inTime.length) {
    const next = ready.pop() ?? firstOutside(byTime, ordered)
    if (ordered.has(next)) continue
    ordered.add(next)
    for (const freed of graph.free(next.run)) insert(ready, freed)
  }
  return [...ordered]
}

/** The first of a circle: nothing is ready, and something is left. */
function firstOutside<M>(byTime: Iterator<M>, ordered: ReadonlySet<M>): M {
  for (let { done, value } = byTime.next(); !done; { done, value } = byTime.next()) {
    if (!ordered.has(value)) return value
  }
  throw new Error(`all ${ordered.size} runs are ordered`)
}

function invert<M extends Moment>(moments: readonly M[], dependencies: (run: string) => Iterable<string>) {
  const known = new Set(moments.map(({ run }) => run))
  const missing = new Map<string, number>()
  const dependents = new Map<string, M[]>()
  for (const moment of moments) {
    const own = new Set([...dependencies(moment.run)].filter((run) => run !== moment.run && known.has(run)))
    missing.set(moment.run, own.size)
    for (const run of own) {
      const list = dependents.get(run)
      if (list === undefined) dependents.set(run, [moment])
      else list.push(moment)
    }
  }
  const waitsFor = (run: string) => missing.get(run) ?? 0
  return {
    waitsFor,
    /** Says that `run` is placed; returns the runs that waited for it alone. */
    free: (run: string): readonly M[] => {
      const waiting = dependents.get(run) ?? []
      for (const moment of waiting) missing.set(moment.run, waitsFor(moment.run) - 1)
      return waiting.filter((moment) => waitsFor(moment.run) === 0)
    },
  }
}

/** Into a list that runs backwards in time. */
function insert<M extends Moment>(backwards: M[], moment: M): void {
  let [low, high] = [0, backwards.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = backwards[middle]
    if (other !== undefined && compareMoments(other, moment) > 0) low = middle + 1
    else high = middle
  }
  backwards.splice(low, 0, moment)
}
