/**
 * Contains the failure of one cell: the others stay, and its source stays editable. The cell is drawn again when it
 * changes while the focus is elsewhere, since drawing it again takes the editor away.
 */
import { cellSource, cellType, type YCell } from '@yesterday/server/contract/document.ts'
import { type ReactNode, useEffect, useRef } from 'react'
import { t } from '../text/text.ts'
import { Boundary, type Failure } from '../ui/Boundary.tsx'
import { ProblemBox } from '../ui/Problem.tsx'
import type { Notebook } from './notebook.ts'
import { Source } from './Source.tsx'

interface Props {
  readonly notebook: Notebook
  readonly cell: YCell
  readonly id: string
  readonly index: number
  readonly total: number
}

export function CellBoundary(props: Props & { readonly children: ReactNode }) {
  const { children, ...cell } = props
  return <Boundary fallback={(failure) => <FailedCell {...cell} failure={failure} />}>{children}</Boundary>
}

function FailedCell({ notebook, cell, id, index, total, failure }: Props & { readonly failure: Failure }) {
  const frame = useRef<HTMLElement>(null)
  const { reason, retry } = failure
  useEffect(() => {
    const changed = (): void => {
      if (frame.current?.contains(document.activeElement) !== true) retry()
    }
    cell.observeDeep(changed)
    return () => cell.unobserveDeep(changed)
  }, [cell, retry])
  const type = cellType(cell)
  return (
    <article
      ref={frame}
      id={`cell-${id}`}
      className="cell"
      data-type={type}
      aria-label={`${t(`cell.${type}`, { n: index + 1, total })}, ${t('cell.failed')}`}
      tabIndex={-1}
    >
      <ProblemBox
        title={t('cell.broken')}
        problem={{ message: reason, hint: t('cell.brokenHint') }}
        onRetry={retry}
      />
      <Boundary fallback={() => <pre className="cell-plain">{plainSource(cell)}</pre>}>
        <Source notebook={notebook} cell={cell} id={id} language={type === 'code' ? 'python' : 'markdown'} />
      </Boundary>
    </article>
  )
}

function plainSource(cell: YCell): string {
  try {
    return cellSource(cell).toString()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
