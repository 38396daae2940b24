/** A part of the page that failed: what happened and what to do, and a way to try again. */
import { Component, type ReactNode } from 'react'
import { t } from '../text/text.ts'
import type { Problem } from './api.ts'

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

interface BoundaryState {
  readonly failed: boolean
}

/** Keeps a defect in one part of the page from taking the rest with it. */
export class Boundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { failed: false }

  static getDerivedStateFromError(): BoundaryState {
    return { failed: true }
  }

  override componentDidCatch(error: unknown): void {
    console.error(error)
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <div className="boundary">
        <ProblemBox
          problem={{ message: t('problem.broken'), hint: t('problem.brokenHint') }}
          onRetry={() => this.setState({ failed: false })}
        />
      </div>
    )
  }
}
