/** pure. The text of an `.ipynb` file without its secrets, as a checkpoint keeps it. */
import type { Masker } from '@yesterday/kernel-bridge'
import { isDeeperThan, isJsonObject, type Json } from '../../contract/json.ts'

const DEPTH = 200

/** The text itself where it holds no secret, or is no notebook. */
export function maskedIpynb(text: string, masker: Masker): string {
  const notebook = parsed(text)
  if (!isJsonObject(notebook) || !Array.isArray(notebook.cells) || isDeeperThan(DEPTH, notebook)) return text
  const cells: readonly Json[] = notebook.cells
  const masked = cells.map((cell) => maskedCell(cell, masker))
  const metadata = masker.maskTree(notebook.metadata)
  const isSame = masked.every((cell, index) => cell === cells[index]) && metadata === notebook.metadata
  return isSame ? text : JSON.stringify({ ...notebook, metadata, cells: masked }, null, 1)
}

function maskedCell(cell: Json, masker: Masker): Json {
  if (!isJsonObject(cell)) return cell
  const { source = '', ...rest } = cell
  const isCode = cell.cell_type === 'code'
  const text = Array.isArray(source) ? source.map(String).join('') : String(source)
  const masked = masker.mask(text, { isCode })
  const others = masker.maskTree(rest)
  const isSame = masked === text && Object.entries(others).every(([key, value]) => value === rest[key])
  return isSame ? cell : { ...others, source: masked === text ? source : masked }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
