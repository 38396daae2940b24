/** One cell: its frame (a named article that takes the focus), source, outputs, prompt. */
import { cellSource, cellType, executionCount, type YCell } from '@yesterday/server/contract/document.ts'
import { memo, useCallback, useMemo } from 'react'
import { selectOne } from '../access/selection.ts'
import { FoldedPart, SectionFold } from '../outline/Folded.tsx'
import { useFolded } from '../outline/use-folds.ts'
import { CellOutputs } from '../outputs/CellOutputs.tsx'
import { CellComments } from '../panels/comments/CellComments.tsx'
import { OutputVerbs } from '../panels/past/stale/OutputVerbs.tsx'
import { StaleBadge } from '../panels/past/stale/StaleBadge.tsx'
import { CellPeople } from '../presence/People.tsx'
import { useKeyed, useWatched } from '../state/use-watched.ts'
import { t } from '../text/text.ts'
import { CellMenu } from './CellMenu.tsx'
import { CellStatus } from './CellStatus.tsx'
import { mayRun } from './command.ts'
import { showCellComments } from './comment.ts'
import { copyOutputLink } from './follow-link.ts'
import { longForecast } from './forecast-words.ts'
import { LastEdit } from './LastEdit.tsx'
import { MarkdownCell } from './MarkdownCell.tsx'
import type { Notebook } from './notebook.ts'
import { Source } from './Source.tsx'
import { StdinPrompt } from './StdinPrompt.tsx'
import { SqlBar } from './sql/SqlBar.tsx'
import { useSqlLine } from './sql/sql-cells.ts'
import { useCount, useFailed, useIsRunning, useMember, useOutputs } from './use-cell.ts'

interface Props {
  readonly notebook: Notebook
  readonly cell: YCell
  readonly id: string
  readonly index: number
  readonly total: number
}

export const CellView = memo(function CellView({ notebook, cell, id, index, total }: Props) {
  const type = cellType(cell)
  const mark = useKeyed(notebook.marks, id)
  const editing = mark === 'editing'
  const active = editing || mark === 'active'
  const hidden = useWatched(notebook.folds.outline, (outline) => outline.hidden.has(id))
  const failed = useFailed(cell)
  const isSql = useSqlLine(cell) !== '' && type === 'code'
  const name = t(isSql ? 'cell.sql' : `cell.${type}`, { n: index + 1, total })
  return (
    <article
      id={`cell-${id}`}
      className="cell"
      hidden={hidden}
      data-type={type}
      data-active={active}
      data-selected={mark !== undefined}
      data-editing={editing}
      aria-label={failed ? `${name}, ${t('cell.failed')}` : name}
      tabIndex={active ? 0 : -1}
      onMouseDownCapture={(event) => {
        if (!event.shiftKey || event.button !== 0 || active) return
        if (event.target instanceof Element && event.target.closest('button, input, a') !== null) return
        // Else the browser selects text from cell to cell, and an editor takes the focus.
        event.preventDefault()
        event.stopPropagation()
        notebook.selectTo(id)
      }}
      onMouseDown={(event) => {
        if (!(event.target instanceof Element) || event.target.closest('.code-editor, button, input')) return
        notebook.selection.set(selectOne(id))
      }}
      onDoubleClick={() => type === 'markdown' && notebook.reveal(id, 'edit')}
    >
      {active && <CellMenu notebook={notebook} />}
      <CellPeople presence={notebook.presence} cell={id} />
      {type !== 'code' && <LastEdit notebook={notebook} id={id} />}
      <CellComments
        counts={notebook.comments.counts}
        cell={id}
        onOpen={(cell) => showCellComments(notebook, cell)}
      />
      {type === 'code' && <CodeCell notebook={notebook} cell={cell} id={id} />}
      {type === 'markdown' && <SectionFold folds={notebook.folds} cell={id} />}
      {type === 'markdown' && <MarkdownCell notebook={notebook} cell={cell} id={id} editing={editing} />}
      {type === 'raw' && <Source notebook={notebook} cell={cell} id={id} language="plaintext" />}
    </article>
  )
})

interface PartProps {
  readonly notebook: Notebook
  readonly cell: YCell
  readonly id: string
}

const CodeCell = memo(function CodeCell({ notebook, cell, id }: PartProps) {
  const sqlLine = useSqlLine(cell)
  const sourceFolded = useFolded(cell, 'source')
  return (
    <>
      <div className="cell-input">
        <RunGutter notebook={notebook} cell={cell} id={id} />
        {sourceFolded ? (
          <FoldedPart
            part="source"
            hint={cellSource(cell).toString().trimStart().split('\n')[0] ?? ''}
            onOpen={() => notebook.folds.foldPart(id, 'source', false)}
          />
        ) : (
          <div className="cell-source">
            {sqlLine !== '' && <SqlBar notebook={notebook} id={id} line={sqlLine} />}
            <Source notebook={notebook} cell={cell} id={id} language={sqlLine === '' ? 'python' : 'sql'} />
          </div>
        )}
      </div>
      <CodeCellStatus notebook={notebook} cell={cell} id={id} />
      <StdinPrompt notebook={notebook} id={id} />
      <Outputs notebook={notebook} cell={cell} id={id} />
    </>
  )
})

function CodeCellStatus({ notebook, cell, id }: PartProps) {
  const shows = useMember(cell, hasCount)
  const badge = useMemo(() => <StaleBadge id={id} shows={shows} />, [id, shows])
  return <CellStatus notebook={notebook} id={id} badge={badge} />
}

const hasCount = (cell: YCell): boolean => executionCount(cell) !== null

function Outputs({ notebook, cell, id }: PartProps) {
  const outputs = useOutputs(cell)
  const running = useIsRunning(cell)
  const isFolded = useFolded(cell, 'outputs') && outputs.length > 0
  const verbs = useCallback((index: number) => <OutputVerbs cell={id} index={index} />, [id])
  const onLink = useCallback((index: number) => copyOutputLink(notebook, id, index), [notebook, id])
  if (isFolded)
    return <FoldedPart part="outputs" hint="" onOpen={() => notebook.folds.foldPart(id, 'outputs', false)} />
  return <CellOutputs outputs={outputs} cellId={id} running={running} onLink={onLink} verbs={verbs} />
}

function RunGutter({ notebook, cell, id }: PartProps) {
  const count = useCount(cell)
  const { running = null, queued = null } = useKeyed(notebook.runs, id) ?? {}
  const forecast = useKeyed(notebook.forecasts.cells, id)
  return (
    <div className="cell-gutter">
      {!mayRun(notebook) ? null : queued === null ? (
        <button
          type="button"
          className="icon-button"
          aria-label={t('cell.run')}
          title={forecast === undefined ? undefined : (longForecast(forecast) ?? undefined)}
          onClick={() => notebook.run([id])}
        >
          ▷
        </button>
      ) : (
        <button
          type="button"
          className="icon-button"
          aria-label={t('cell.cancel')}
          onClick={() => notebook.command({ type: 'cancel', runs: [queued.run] })}
        >
          ×
        </button>
      )}
      <span className="cell-count">[{running !== null ? '*' : (count ?? ' ')}]</span>
    </div>
  )
}
