/** The head of a column: its name, its type, the share of missing values, and a small histogram. */
import type { ColumnSummary } from '@yesterday/server/contract/variables.ts'
import type { ReactNode } from 'react'
import { t } from '../text/text.ts'
import { Histogram } from './Histogram.tsx'

export function ColumnHead(props: {
  readonly name: string
  readonly type: string
  readonly summary: ColumnSummary | undefined
  readonly controls: ReactNode
}) {
  const { name, type, summary, controls } = props
  return (
    <span className="column-head">
      <span className="column-name">
        <span title={name}>{name}</span>
        {controls}
      </span>
      <span className="column-type">{type}</span>
      {summary !== undefined && summary.missing > 0 && (
        <span className="column-missing">{t('table.missingCount', { count: summary.missing })}</span>
      )}
      {summary?.bins !== undefined && <Histogram bins={summary.bins} height={14} />}
    </span>
  )
}
