/** pure. The scope of an export: runs in their order, each with its receipt, and the makers of their inputs. */
import { createHash } from 'node:crypto'
import { type Edge, programOf, type Receipt, type StartedProgram } from '../../../contract/run.ts'
import type { RunSide } from '../../lineage/diff.ts'

export interface ExportScope {
  /** As a person names it: a run, a notebook, a session. */
  readonly title: string
  /** The project folder's name and absolute path. */
  readonly project: string
  readonly root: string
  readonly runs: readonly RunSide[]
  /** Whole ids of runs that made what a run used, by run and edge, where the edge itself does not say. */
  readonly makers: ReadonlyMap<string, string>
}

/** Names an edge among all edges of all runs. */
export const edgeKey = (run: string, { kind, name, version }: Edge): string =>
  `${run} ${kind} ${name} ${version}`

/** The run that made what an edge leads to; null where no recorded run did. */
export const makerOf = (scope: ExportScope, run: string, edge: Edge): string | null =>
  edge.by ?? scope.makers.get(edgeKey(run, edge)) ?? null

/** Edges to the data of a run; environments and hidden states are exported elsewhere. */
export const isData = ({ kind }: Edge): boolean =>
  kind === 'variable' || kind === 'file' || kind === 'table' || kind === 'url'

/** Programs that a run started. */
export const programsOf = ({ used }: Pick<Receipt, 'used'>): readonly StartedProgram[] =>
  used.flatMap((edge) => programOf(edge) ?? [])

/** The same text always has the same name of 32 hex digits. */
export const hashName = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** A UUID of the user-defined version (RFC 9562, 5.8), the same for the same text. */
export function uuidOf(text: string): string {
  const hex = hashName(text)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
