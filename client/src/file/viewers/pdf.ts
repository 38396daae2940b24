/** PDF, drawn page by page: nothing in it is run. */
import { lazyPart } from '../../ui/lazy-part.tsx'
import type { Viewer } from '../viewer.ts'

export const pdf: Viewer = {
  extensions: ['pdf'],
  limit: 128 * 1024 * 1024,
  isText: false,
  Content: lazyPart(async () => (await import('./PdfPages.tsx')).PdfPages),
}
