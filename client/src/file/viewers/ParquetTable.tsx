/** A Parquet file as a table. */
import { parquetTable } from '../../tables/parquet.ts'
import type { ViewerProps } from '../viewer.ts'
import { FileTable } from './FileTable.tsx'

export function ParquetTable(props: ViewerProps) {
  return <FileTable {...props} read={parquetTable} />
}
