/** The viewers of files. A new one is a file in `viewers` and a line here. */

import type { Viewer } from './viewer.ts'
import { csv } from './viewers/csv.ts'
import { parquet } from './viewers/parquet.ts'
import { pdf } from './viewers/pdf.ts'

const VIEWERS: readonly Viewer[] = [csv, parquet, pdf]

/** The viewer of a file by its name and size; null if none shows it. */
export function viewerOf(path: string, size: number): Viewer | null {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  return VIEWERS.find((one) => one.extensions.includes(extension) && size <= one.limit) ?? null
}
