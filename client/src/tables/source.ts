/** Where the rows of a table come from: a kernel, or an output that holds them. The grid does not know which. */
import type {
  ColumnSummary,
  TableColumn,
  TableFilter,
  TablePage,
  TableSort,
} from '@yesterday/server/contract/variables.ts'

export interface PageQuery {
  readonly start: number
  readonly count: number
  /** Places of columns. */
  readonly columns: readonly number[]
  readonly sorts: readonly TableSort[]
  readonly filters: readonly TableFilter[]
}

/** What was asked for, or why it was not answered, in words. */
export type TableAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string }

export interface TableSource {
  readonly rows: number
  /** Columns in all. */
  readonly width: number
  /** The first columns. */
  readonly columns: readonly TableColumn[]
  /** False where this person may not make the kernel compute: then there is no order, filter or summary. */
  readonly mayCompute: boolean
  columnsFrom(start: number): Promise<TableAnswer<readonly TableColumn[]>>
  page(query: PageQuery): Promise<TableAnswer<TablePage>>
  summaries(
    columns: readonly number[],
    filters: readonly TableFilter[],
  ): Promise<TableAnswer<readonly ColumnSummary[]>>
}
