/** The Python cells of a notebook, in order; none while its kernel is of another language. */
import type { CodeCell } from '@yesterday/server/contract/code-tools.ts'
import { isSqlCell } from '@yesterday/server/contract/sql-cell.ts'
import type { Notebook } from './notebook.ts'

export const codeCells = (
  notebook: Notebook,
  ids: readonly string[] = notebook.order.get(),
): readonly CodeCell[] =>
  (isPython(notebook) ? ids : [])
    .filter((id) => notebook.typeOf(id) === 'code')
    .map((id) => ({ id, source: notebook.sourceOf(id) }))
    .filter(({ source }) => source.trim() !== '' && !isSqlCell(source))

const isPython = ({ session }: Notebook): boolean =>
  (session.view.get().kernel.language ?? 'python') === 'python'
