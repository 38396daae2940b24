/** Parquet as a table. */
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Viewer } from '../viewer.ts'

export const parquet: Viewer = {
  extensions: ['parquet'],
  limit: 512 * 1024 * 1024,
  isText: false,
  Content: lazyPart(async () => (await import('./ParquetTable.tsx')).ParquetTable),
}
