/** The first line of SQL cells: what it says, and how it is changed. */
import { cellSource, findCell, type YCell } from '@yesterday/server/contract/document.ts'
import { asPython, asSql, type SqlHeader, sqlHeader, sqlLine } from '@yesterday/server/contract/sql-cell.ts'
import { useCallback, useSyncExternalStore } from 'react'
import type * as Y from 'yjs'
import { changeCells } from '../change-cells.ts'
import type { Notebook } from '../notebook.ts'

/** The first line of a SQL cell with a header; empty for any other cell. It changes only when the line does. */
export function useSqlLine(cell: YCell): string {
  const subscribe = useCallback(
    (listener: () => void) => {
      const text = cellSource(cell)
      text.observe(listener)
      return () => text.unobserve(listener)
    },
    [cell],
  )
  return useSyncExternalStore(subscribe, () => {
    const source = cellSource(cell).toString()
    return sqlHeader(source) === null ? '' : source.slice(0, source.indexOf('\n'))
  })
}

/** Replaces the first line of a SQL cell. */
export function setSqlHeader(notebook: Notebook, id: string, header: SqlHeader): void {
  const found = findCell(notebook.doc, id)
  if (found === null) return
  const text = cellSource(found.cell)
  const end = text.toString().indexOf('\n')
  if (end === -1) return
  const line = sqlLine(header)
  if (line !== text.toString().slice(0, end)) replace(notebook, text, end, line)
}

/** Makes the selected cells SQL; cells that are SQL already stay as they are. */
export function makeSql(notebook: Notebook): void {
  changeCells(notebook, () => {
    notebook.edits.setType(notebook.selected(), 'code')
    rewrite(notebook, asSql)
  })
}

/** Makes the selected cells code of the kernel's language. */
export function makeCode(notebook: Notebook): void {
  changeCells(notebook, () => {
    notebook.edits.setType(notebook.selected(), 'code')
    rewrite(notebook, asPython)
  })
}

/** Only the first line differs: the rest of the text keeps its carets. */
function rewrite(notebook: Notebook, change: (source: string) => string): void {
  for (const id of notebook.selected()) {
    const found = findCell(notebook.doc, id)
    if (found === null) continue
    const text = cellSource(found.cell)
    const before = text.toString()
    const after = change(before)
    if (after.length > before.length) replace(notebook, text, 0, after.slice(0, after.length - before.length))
    else replace(notebook, text, before.length - after.length, '')
  }
}

function replace(notebook: Notebook, text: Y.Text, length: number, line: string): void {
  notebook.doc.transact(() => {
    if (length > 0) text.delete(0, length)
    if (line !== '') text.insert(0, line)
  }, notebook.origin)
}
