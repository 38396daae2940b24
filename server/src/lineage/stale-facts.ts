/** pure. The facts that decide which cells are stale. */
import type { Edge } from '../../contract/run.ts'
import type { StaticNames } from './static-names.ts'

/** The fields of an edge that decide whether an input is the same. */
export type StaleEdge = Pick<
  Edge,
  'kind' | 'name' | 'parts' | 'version' | 'digest' | 'by' | 'deleted' | 'size' | 'type' | 'preview'
>

/** A code cell that is not empty, as it is in the document. */
export interface CellNow {
  readonly id: string
  /** Those that this source may have been recorded under. */
  readonly digests: readonly string[]
  readonly names: () => StaticNames
}

/** A run that started and ended. */
export interface EndedRun {
  readonly run: string
  readonly cell: string | null
  readonly session: string
  /** Place in its session. */
  readonly order: number
  readonly sourceDigest: string
  readonly used: readonly StaleEdge[]
  readonly generated: readonly StaleEdge[]
}

/** A file as it is now; null where it is gone. `digest` is null where it is too large to be read for this. */
export type FileNow = { readonly digest: string | null; readonly size: number } | null

export interface StaleFacts {
  /** The present session; null where there is no kernel. */
  readonly session: string | null
  /** In notebook order. */
  readonly cells: readonly CellNow[]
  /** The last run of each cell, in any session. */
  readonly last: ReadonlyMap<string, EndedRun>
  /** The runs of the present session, by order. */
  readonly runs: readonly EndedRun[]
  /** Files that last runs read, by the name of the edge; a file that was not looked at is missing. */
  readonly files: ReadonlyMap<string, FileNow>
}
