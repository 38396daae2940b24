/**
 * pure. Cells that are stale only because a cell that makes one of their inputs is: by the recorded edges where the
 * code is what ran, and by the names in the code where it is not.
 */
import type { StaleReason } from '../../contract/stale.ts'
import type { CellNow, StaleFacts } from './stale-facts.ts'

type Upstream = Extract<StaleReason, { kind: 'upstream' }>

/** The cells below `stale` in the graph, each with the stale cell that makes what it needs. */
export function upstreamReasons(
  facts: StaleFacts,
  stale: ReadonlySet<string>,
): ReadonlyMap<string, Upstream> {
  const needs = needsOf(facts, stale)
  const found = new Map<string, Upstream>()
  // A set is walked to its end, also where that moves away while walking.
  const reached = new Set(stale)
  for (const maker of reached) {
    for (const { cell, name } of needs.get(maker) ?? []) {
      if (reached.has(cell)) continue
      reached.add(cell)
      found.set(cell, { kind: 'upstream', cell: maker, name })
    }
  }
  return found
}

interface Need {
  readonly cell: string
  readonly name: string
}

/** Who needs what of each cell. */
function needsOf(facts: StaleFacts, stale: ReadonlySet<string>): ReadonlyMap<string, readonly Need[]> {
  const needs = new Map<string, Need[]>()
  const add = (maker: string, need: Need): void => {
    if (maker === need.cell) return
    const list = needs.get(maker)
    if (list === undefined) needs.set(maker, [need])
    else list.push(need)
  }
  const cellOf = new Map(facts.runs.map(({ run, cell }) => [run, cell]))
  for (const { id } of facts.cells) {
    for (const { by, name } of facts.last.get(id)?.used ?? []) {
      const maker = by === null ? null : (cellOf.get(by) ?? null)
      if (maker !== null) add(maker, { cell: id, name })
    }
  }
  addStatic(facts, stale, add)
  return needs
}

/** Cells whose code has not run yet give what their code binds, to the cells below that read it. */
function addStatic(
  facts: StaleFacts,
  stale: ReadonlySet<string>,
  add: (maker: string, need: Need) => void,
): void {
  const makers = new Map<string, string>()
  for (const cell of facts.cells) {
    const isAsRun = cell.digests.includes(facts.last.get(cell.id)?.sourceDigest ?? '')
    if (makers.size > 0) {
      for (const name of readsOf(cell, facts, isAsRun)) {
        const maker = makers.get(name)
        if (maker !== undefined) add(maker, { cell: cell.id, name })
      }
    }
    for (const name of rebinds(cell, facts, isAsRun)) makers.delete(name)
    if (!isAsRun && stale.has(cell.id)) for (const name of cell.names().writes) makers.set(name, cell.id)
  }
}

function readsOf(cell: CellNow, { last }: StaleFacts, isAsRun: boolean): Iterable<string> {
  const used = last.get(cell.id)?.used ?? []
  return isAsRun ? used.filter(({ kind }) => kind === 'variable').map(({ name }) => name) : cell.names().reads
}

/** Names that the cell binds without reading them: the cells above have no effect on them below it. */
function rebinds(cell: CellNow, { last }: StaleFacts, isAsRun: boolean): Iterable<string> {
  const run = last.get(cell.id)
  if (!isAsRun || run === undefined) return []
  const used = new Set(run.used.map(({ name }) => name))
  return run.generated.map(({ name }) => name).filter((name) => !used.has(name))
}
