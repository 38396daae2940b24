/** Where in the notebook an error came from: each line of a cell that the traceback names, to be gone to. */
import { cellId, cellsOf, executionCount } from '@yesterday/server/contract/document.ts'
import { useContext } from 'react'
import { NotebookContext } from '../access/context.ts'
import { t } from '../text/text.ts'
import { cellLines } from './traceback.ts'

export function CellLinks({ traceback }: { readonly traceback: string }) {
  const notebook = useContext(NotebookContext)
  const lines = cellLines(traceback)
  if (notebook === null || lines.length === 0) return null
  // A cell that ran again since has another count: what the traceback says of it is of the past.
  const cells = new Map(cellsOf(notebook.doc).map((cell) => [executionCount(cell), cellId(cell)]))
  const found = lines.flatMap(({ count, line }) => {
    const cell = cells.get(count)
    const place = cell === undefined ? null : notebook.placeOf(cell)
    return cell === undefined || place === null ? [] : [{ cell, line, place }]
  })
  if (found.length === 0) return null
  return (
    <p className="output-places">
      {found.map(({ cell, line, place }) => (
        <button
          key={`${cell}:${line}`}
          type="button"
          className="past-link"
          onClick={() => notebook.commands.goToLine(cell, line)}
        >
          {t('outputs.line', { cell: place, line })}
        </button>
      ))}
    </p>
  )
}
