/** A part of the page that failed: what happened and what to do, and a way to try again. */

import type { Problem } from '../api/api.ts'
import { t } from '../text/text.ts'

/** Shows a problem in place of what could not be shown. */
export function ProblemBox(props: {
  readonly title?: string
  readonly problem: Pick<Problem, 'message' | 'hint'>
  readonly onRetry?: () => void
}) {
  const { problem } = props
  return (
    <div className="problem" role="alert">
      <strong>{props.title ?? problem.message}</strong>
      {props.title !== undefined && <p>{problem.message}</p>}
      {problem.hint !== null && <p>{problem.hint}</p>}
      {props.onRetry !== undefined && (
        <button type="button" className="button" onClick={props.onRetry}>
          {t('app.retry')}
        </button>
      )}
    </div>
  )
}
