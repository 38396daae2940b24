/** Formats cells, and goes from one lint mark to the next. */
import { Formatted } from '@yesterday/server/contract/code-tools.ts'
import { api } from '../api/api.ts'
import { t } from '../text/text.ts'
import { notify } from '../ui/notices.ts'
import { changeSources } from './change-sources.ts'
import { codeCells } from './code-cells.ts'
import type { Notebook } from './notebook.ts'

/** Formats these cells as one step of undo. A cell that was edited meanwhile stays as it is. */
export async function formatCells(notebook: Notebook, ids: readonly string[]): Promise<void> {
  const cells = codeCells(notebook, ids)
  if (cells.length === 0) return notify('info', t('format.same'))
  const place = `/api/notebooks/${encodeURIComponent(notebook.opened.documentId)}/format`
  const answer = await api.send(Formatted, place, 'POST', { cells })
  if (!answer.ok) return notify('error', answer.problem.message, answer.problem.hint)
  const { tool, changed, failed } = answer.value
  if (tool === null) return notify('warning', t('format.missing'), t('format.missingHint'))
  const sent = new Map(cells.map(({ id, source }) => [id, source]))
  const same = changed.filter(({ id }) => notebook.sourceOf(id) === sent.get(id))
  changeSources(notebook, same)
  const numbers = failed.flatMap((id) => notebook.placeOf(id) ?? []).join(', ')
  if (failed.length > 0) notify('warning', t('format.failed', { cells: numbers, count: failed.length }))
  else notify('info', same.length === 0 ? t('format.same') : t('format.done', { count: same.length }))
}

/** Puts the caret at the mark after it, from cell to cell and round, and says what it is. */
export function nextMark(notebook: Notebook): void {
  const order = notebook.order.get()
  const marks = order.flatMap((id) =>
    (notebook.linter.marks.get().get(id) ?? []).toSorted((a, b) => a.row - b.row || a.column - b.column),
  )
  const active = notebook.selection.get().active ?? ''
  const caret = notebook.pool.caretIn(active) ?? -1
  const offset = (cell: string, row: number, column: number): number => {
    const before = notebook
      .sourceOf(cell)
      .split('\n')
      .slice(0, row - 1)
    return before.reduce((sum, line) => sum + line.length + 1, 0) + column - 1
  }
  const isBehind = (mark: (typeof marks)[number]): boolean => {
    const by = order.indexOf(mark.cell) - order.indexOf(active)
    return by > 0 || (by === 0 && offset(mark.cell, mark.row, mark.column) > caret)
  }
  const mark = marks.find(isBehind) ?? marks[0]
  if (mark === undefined) {
    notify('info', t('lint.none'))
    return
  }
  const { cell, row, column, code, message, isError } = mark
  notebook.reveal(cell, 'edit', offset(cell, row, column))
  notify(isError ? 'error' : 'warning', code === null ? message : `${message} (${code})`)
}
