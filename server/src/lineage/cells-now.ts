/** The code cells of a notebook as they are now, in its open document or in its file. */
import { readRegular } from '../disk/regular-file.ts'
import { readForm } from '../document/document-form.ts'
import type { Documents } from '../document/ports.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { type CellSource, codeCellsIn, codeCellsOf } from './code-cells.ts'
import type { NotebookNow } from './named-side.ts'

/** From the file at an absolute path; null where there is no notebook that can be read. */
export async function cellsInFile(file: string): Promise<readonly CellSource[] | null> {
  const bytes = await readRegular(file).catch(() => null)
  return bytes === null ? null : codeCellsIn(bytes)
}

/** As runs record them: without secrets, so that what is the same is shown as the same. */
export const maskedCells =
  (now: NotebookNow, secrets: Pick<Secrets, 'maskSource'>): NotebookNow =>
  async (path) => {
    const cells = await now(path)
    return cells?.map(({ cellId, source }) => ({ cellId, source: secrets.maskSource(source) })) ?? null
  }

/** From the document, which is opened for it. */
export const cellsInDocument =
  (documents: Pick<Documents, 'open'>): NotebookNow =>
  async (path) => {
    if (!path.endsWith('.ipynb')) return null
    const opened = await documents.open(path)
    return opened.ok ? codeCellsOf(readForm(opened.document.doc)) : null
  }
