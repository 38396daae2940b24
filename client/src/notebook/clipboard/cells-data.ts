/**
 * pure. Cells on the system clipboard: JSON under a MIME type of its own for notebooks, their sources for other programs.
 * What is read may come from any program.
 */
import { isObjectReference } from '@yesterday/server/contract/document.ts'
import { type CellCopy, readCopies } from '../cell-copy.ts'

export const CELLS_MIME = 'application/vnd.yesterday.cells+json'

/** The JSON form of cells. */
export const writeCells = (cells: readonly CellCopy[]): string => JSON.stringify({ cells })

/** The cells in a text of `writeCells`; none where it is something else. */
export function readCells(text: string): readonly CellCopy[] {
  try {
    return readCopies(JSON.parse(text))
  } catch {
    return []
  }
}

/** The sources, with an empty line between two cells. */
export const plainText = (cells: readonly CellCopy[]): string =>
  cells.map(({ source }) => source).join('\n\n')

/** The digests of the stored values that the outputs refer to. */
export function storedValues(cells: readonly CellCopy[]): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { outputs } of cells) collect(outputs, found)
  return found
}

function collect(value: unknown, found: Set<string>): void {
  if (isObjectReference(value)) found.add(value['yesterday.object'].digest)
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) collect(member, found)
}

/** The cells without the outputs that refer to a stored value that is missing. */
export function withoutOutputsOf(
  cells: readonly CellCopy[],
  missing: ReadonlySet<string>,
): readonly CellCopy[] {
  const isWhole = (output: CellCopy['outputs'][number]): boolean =>
    [...storedValues([{ ...emptyCell, outputs: [output] }])].every((digest) => !missing.has(digest))
  return cells.map((cell) => ({ ...cell, outputs: cell.outputs.filter(isWhole) }))
}

const emptyCell: CellCopy = {
  id: '',
  type: 'code',
  source: '',
  metadata: {},
  outputs: [],
  execution_count: null,
}
