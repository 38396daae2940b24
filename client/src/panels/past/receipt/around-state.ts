/** pure. What is known around a run, grown step by step as a person asks for more. */
import type { Around, AroundEdge, AroundNode } from '@yesterday/server/contract/around.ts'
import type { GraphRun } from './graph-layout.ts'

export interface Known {
  readonly nodes: ReadonlyMap<string, AroundNode>
  readonly edges: readonly AroundEdge[]
}

export const nothingKnown: Known = { nodes: new Map(), edges: [] }

/** The union of what is known and of another answer; steps stay those from the first run. */
export function grown(known: Known, answer: Around): Known {
  const base = known.nodes.get(answer.run)?.hops ?? 0
  const nodes = new Map(known.nodes)
  for (const node of answer.nodes) {
    const before = nodes.get(node.run)
    if (before === undefined) nodes.set(node.run, { ...node, hops: node.hops + base })
    else if (node.run === answer.run) nodes.set(node.run, { ...before, more: node.more })
  }
  const has = new Set(known.edges.map(keyOf))
  const edges = [...known.edges, ...answer.edges.filter((edge) => !has.has(keyOf(edge)))]
  return { nodes, edges }
}

const keyOf = ({ from, to }: AroundEdge): string => `${from} ${to}`

/** The runs as the layout takes them; runs of several sessions come one session after the other. */
export function graphRuns({ nodes }: Known): readonly GraphRun[] {
  const inTime = [...nodes.values()].sort((a, b) =>
    a.queued < b.queued ? -1 : a.queued > b.queued ? 1 : a.order - b.order,
  )
  return inTime.map(({ run, cell, cellId, notebook }, order) => ({
    run,
    order,
    lane: `${notebook} ${cellId ?? 'elsewhere'}`,
    place: cell ?? Number.MAX_SAFE_INTEGER,
  }))
}
