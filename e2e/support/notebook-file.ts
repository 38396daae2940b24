/** Notebooks for tests, written as files. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type CellInit = string | { readonly markdown: string }

/** Writes `name` with these cells (a string is a code cell) in format 4.5; ids are `c1`, `c2`, … */
export async function writeNotebook(
  folder: string,
  name: string,
  cells: readonly CellInit[],
  { kernelspec }: { readonly kernelspec?: string } = {},
): Promise<string> {
  const path = join(folder, name)
  const metadata =
    kernelspec === undefined
      ? {}
      : { kernelspec: { name: kernelspec, display_name: kernelspec, language: 'python' } }
  const notebook = { cells: cells.map(toCell), metadata, nbformat: 4, nbformat_minor: 5 }
  await writeFile(path, `${JSON.stringify(notebook, null, 1)}\n`)
  return path
}

function toCell(init: CellInit, index: number): Record<string, unknown> {
  const id = `c${index + 1}`
  if (typeof init !== 'string') return { cell_type: 'markdown', id, metadata: {}, source: init.markdown }
  return { cell_type: 'code', id, metadata: {}, source: init, outputs: [], execution_count: null }
}
