/** The rows of a file in the grid, once they have been read. */
import { useEffect, useState } from 'react'
import type { TableSource } from '../../tables/source.ts'
import { TableView } from '../../tables/TableView.tsx'
import { t } from '../../text/text.ts'
import type { ViewerProps } from '../viewer.ts'

/** `read` throws an `Error` with a reason for a person. */
export function FileTable({
  bytes,
  onUnreadable,
  read,
}: ViewerProps & { readonly read: (bytes: Blob) => Promise<TableSource> }) {
  const [source, setSource] = useState<TableSource | null>(null)
  useEffect(() => {
    let isOld = false
    const failed = (why: unknown): void =>
      onUnreadable(t('file.unreadable', { why: why instanceof Error ? why.message : String(why) }))
    read(bytes).then(
      (found) => isOld || setSource(found),
      (why: unknown) => isOld || failed(why),
    )
    return () => {
      isOld = true
    }
  }, [bytes, read, onUnreadable])
  if (source === null) return <p className="notebook-wait">{t('app.loading')}</p>
  return (
    <div className="file-table">
      {!source.mayCompute && <p className="file-state">{t('file.tableLarge')}</p>}
      <TableView source={source} />
    </div>
  )
}
