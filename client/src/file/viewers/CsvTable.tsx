/** A file of delimited text as a table that can be ordered and filtered. */
import { readCsv } from '../../tables/csv.ts'
import { heldTable } from '../../tables/held-table.ts'
import { t } from '../../text/text.ts'
import { decodeText } from '../file-kind.ts'
import type { ViewerProps } from '../viewer.ts'
import { FileTable } from './FileTable.tsx'

export function CsvTable(props: ViewerProps) {
  return <FileTable {...props} read={readTable} />
}

async function readTable(bytes: Blob) {
  const form = decodeText(new Uint8Array(await bytes.arrayBuffer()))
  if (form === null) throw new Error(t('file.binary'))
  const table = readCsv(form.text)
  if (table === null) throw new Error(t('file.noRows'))
  return heldTable(table)
}
