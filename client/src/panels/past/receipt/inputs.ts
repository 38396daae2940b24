/**
 * pure. What a run used and made, sorted for a reader: first what the work is about, apart from the libraries and the
 * hidden state that nearly every run touches.
 */
import type { InputNow } from '@yesterday/server/contract/around.ts'
import { isSetByPerson } from '@yesterday/server/contract/receipt-words.ts'
import type { Edge } from '@yesterday/server/contract/run.ts'
import { workersOf } from '@yesterday/server/contract/workers.ts'

export interface Sorted {
  readonly main: readonly Edge[]
  readonly rest: readonly Edge[]
}

const working: ReadonlySet<Edge['kind']> = new Set(['variable', 'file', 'table', 'url', 'directory'])
/** Python's own kinds of tools. */
const tools: ReadonlySet<string> = new Set(['module', 'type', 'builtin_function_or_method', 'ABCMeta'])

/** One line per thing: its parts are listed together. */
export function sorted(edges: readonly Edge[]): Sorted {
  const isMain = (edge: Edge): boolean =>
    workersOf(edge).length > 0 ||
    isSetByPerson(edge) ||
    (working.has(edge.kind) && !(edge.kind === 'variable' && edge.type !== null && tools.has(edge.type)))
  return { main: edges.filter(isMain), rest: edges.filter((edge) => !isMain(edge)) }
}

/** Whether the thing is still as it was used. */
export const nowOf = (edge: Edge, inputs: readonly InputNow[]): InputNow | null =>
  inputs.find(({ kind, name }) => kind === edge.kind && name === edge.name) ?? null
