/** Delimited text as a table. */
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Viewer } from '../viewer.ts'

export const csv: Viewer = {
  extensions: ['csv', 'tsv'],
  limit: 64 * 1024 * 1024,
  isText: true,
  Content: lazyPart(async () => (await import('./CsvTable.tsx')).CsvTable),
}
