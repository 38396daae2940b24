/** The source of a cell in its editor. */
import { cellSource, type YCell } from '@yesterday/server/contract/document.ts'
import { memo, useCallback } from 'react'
import { selectOne } from '../access/selection.ts'
import { CodeEditor } from '../editor/CodeEditor.tsx'
import type { Notebook } from './notebook.ts'

export const Source = memo(function Source(props: {
  readonly notebook: Notebook
  readonly cell: YCell
  readonly id: string
  readonly language: string
}) {
  const { notebook, cell, id, language } = props
  const focused = useCallback(() => notebook.selection.set(selectOne(id, 'edit')), [notebook, id])
  const enter = useCallback(
    (offset: number | undefined) => notebook.reveal(id, 'edit', offset),
    [notebook, id],
  )
  return (
    <CodeEditor
      pool={notebook.pool}
      cell={id}
      text={cellSource(cell)}
      language={language}
      readOnly={!notebook.opened.writable}
      onFocus={focused}
      onEnter={enter}
    />
  )
})
