/** docs/extending/exporter.md: runs and what they made, as a graph for Graphviz (https://graphviz.org/doc/info/lang.html). */
import type { Exporter } from '../../../src/export/lineage/exporter.ts'
import { isData, makerOf } from '../../../src/export/lineage/scope.ts'

export const dot: Exporter = {
  format: 'dot',
  title: 'a graph for Graphviz',
  body: ({ scope }) => {
    const edges = scope.runs.flatMap(({ receipt }) =>
      receipt.used.filter(isData).flatMap((edge) => {
        const maker = makerOf(scope, receipt.run, edge)
        return maker === null ? [] : [`  "${maker}" -> "${receipt.run}" [label=${JSON.stringify(edge.name)}]`]
      }),
    )
    return `digraph {\n${edges.join('\n')}\n}\n`
  },
}
